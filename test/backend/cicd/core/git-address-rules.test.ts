import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { whyAddressRefused } from "../../../../backend/cicd/core/git-address-rules.ts";

const strict = { allowPrivateHost: false, allowFile: false };
const open = { allowPrivateHost: true, allowFile: true };

describe("a git address", () => {
    it.each([
        "https://github.com/o/r",
        "https://github.com/o/r.git",
        "http://git.example.org:3000/o/r",
        "ssh://git@github.com:22/o/r.git",
        "git@github.com:o/r.git",
        "git@gitlab.example.org:group/sub/r",
        "https://8.8.8.8/o/r",
        "https://bücher.example/o/r",
    ])("is allowed: %s", (address) => {
        expect(whyAddressRefused(address, strict)).toBeUndefined();
    });

    it.each([
        "",
        "o/r",
        "/srv/repo",
        "github.com:o/r",
        "C:\\repo",
        "ext::sh -c touch% /tmp/x",
        "ext::sh",
        "fd::17",
        "git://github.com/o/r",
        "ftp://github.com/o/r",
        "rsync://github.com/o/r",
        "javascript:alert(1)",
        "https://github.com./o/r",
        "https://github.com.:8443/o/r",
        "http://127.0.0.1./o/r",
        "--upload-pack=touch /tmp/x",
        "--upload-pack=x://y",
        "-oProxyCommand=x@h:o/r",
        "ssh://-oProxyCommand=x/o/r",
        "git@-oProxyCommand=x:o/r",
        "-x@h.com:o/r",
        "git@h.com:-o/r",
        "git@[h.com:22]:o/r",
        "https://user:secret@github.com/o/r",
        "https://token@github.com/o/r",
        "ssh://git:secret@github.com/o/r",
        "https://github.com/",
        "https://github.com",
        "https://github.com/o/r?x=1",
        "https://github.com/o/r#x",
        "https://github.com\\@127.0.0.1/o/r",
        "https://github.com%2f@127.0.0.1/o/r",
        "https://github.com@127.0.0.1/o/r",
        "https://github.com/o/r\n",
        "https://github.com/o\u0000/r",
        "https://github.com/o/\u202Er",
        "https://exa mple.org/o/r",
    ])("is refused whatever is allowed: %j", (address) => {
        expect(whyAddressRefused(address, open)).toMatch(/;/);
    });

    it.each([
        "localhost",
        "LOCALHOST",
        "a.localhost",
        "git.internal",
        "nas.local",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "１２７.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[0:0:0:0:0:ffff:c0a8:0101]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd12:3456::1]",
        "[fc00::1]",
    ])("is refused on the private host %s, unless that is allowed", (host) => {
        for (const address of [`https://${host}/o/r`, `http://${host}:3000/o/r`, `ssh://git@${host}/o/r`]) {
            expect(whyAddressRefused(address, strict), address).toMatch(/allowPrivateHost/);
            expect(whyAddressRefused(address, open), address).toBeUndefined();
        }
        if (!host.startsWith("[")) {
            expect(whyAddressRefused(`git@${host}:o/r`, strict)).toMatch(/allowPrivateHost/);
        }
    });

    it.each([
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "[::ffff:169.254.169.254]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "metadata.google.internal",
        "224.0.0.1",
        "255.255.255.255",
        "[ff02::1]",
        "[2001:0:7f00:1::]",
    ])("is refused on the metadata or reserved host %s even where private ones are allowed", (host) => {
        expect(whyAddressRefused(`https://${host}/o/r`, open)).toBeDefined();
    });

    it("may be a file only where that is allowed", () => {
        expect(whyAddressRefused("file:///srv/r.git", strict)).toMatch(/CICD_ALLOW_FILE_GIT/);
        expect(whyAddressRefused("file:///srv/r.git", open)).toBeUndefined();
        expect(whyAddressRefused("file://host/srv/r.git", open)).toBeDefined();
        expect(whyAddressRefused("file:///", open)).toBeDefined();
    });

    it("gets an answer, whatever it is", () => {
        fc.assert(
            fc.property(
                fc.string({ unit: "binary" }),
                fc.constantFrom("", "https://", "git@", "file://"),
                (text, start) => {
                    whyAddressRefused(start + text, strict);
                },
            ),
        );
    });

    it("never passes for any number notation of a loopback address", () => {
        const address = fc.integer({ min: 0x7f000000, max: 0x7fffffff });
        fc.assert(
            fc.property(
                address,
                fc.constantFrom(["", 10] as const, ["0x", 16] as const, ["0", 8] as const),
                (number, [prefix, radix]) => {
                    expect(whyAddressRefused(`https://${prefix}${number.toString(radix)}/o/r`, strict)).toBeDefined();
                },
            ),
        );
    });
});
