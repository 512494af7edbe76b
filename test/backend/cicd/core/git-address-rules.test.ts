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
        "https://xn--bcher-kva.example/o/r",
        "https://[2606:4700::1111]/o/r",
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
        "https://b\u00FCcher.example/o/r",
        "git@b\u00FCcher.example:o/r",
        "https://\uFF11\uFF12\uFF17.0.0.1/o/r",
        "https://127\u30020\u30020\u30021/o/r",
        "https://\u2460\u2461\u2466.0.0.1/o/r",
        "https://\u24DBocalhost/o/r",
        "https://loc%61lhost/o/r",
        "https://127.0.0.1%2egithub.com/o/r",
        "https://[fe80::1%25eth0]/o/r",
        "git@[fe80::1%eth0]:o/r",
        "git@a@127.0.0.1:o/r",
        "https://github.com/%0aHost:x/r",
        "https://github.com/o%00/r",
        "git+ssh://github.com/o/r",
        "https:127.0.0.1/o/r",
        "https:///127.0.0.1/o/r",
        "file:////host/share",
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
        "00000000177.1",
        "0x7f.0x0.0x0.0x1",
        "127.0x1",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b:1::1]",
        "ip6-localhost",
        "localhost6.localdomain6",
        "host.docker.internal",
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
        "[fd00:ec2::23]",
        "[fd20:ce::254]",
        "[fd00:42::42]",
        "169.254.170.2",
        "192.0.0.192",
        "100.100.100.200",
        "metadata.google.internal",
        "224.0.0.1",
        "255.255.255.255",
        "[ff02::1]",
        "[2001:0:7f00:1::]",
        "[2001:10::1]",
        "[100::1]",
        "[3fff::1]",
        "[5f00::1]",
        "[fec0::1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "instance-data",
        "168.63.129.16",
        "0250.077.0201.020",
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

    it("is refused for a private IPv4 address in any notation", () => {
        const networks = [
            [127, 0, 0],
            [10, 200, 3],
            [172, 16, 254],
            [192, 168, 0],
            [169, 254, 169],
            [100, 64, 7],
            [0, 0, 0],
            [198, 19, 1],
            [224, 1, 2],
        ] as const;
        const part = fc.constantFrom(
            (value: number) => String(value),
            (value: number) => `0${value.toString(8)}`,
            (value: number) => `000${value.toString(8)}`,
            (value: number) => `0x${value.toString(16)}`,
            (value: number) => `0X00${value.toString(16).toUpperCase()}`,
        );
        const cases = fc.record({
            network: fc.constantFrom(...networks),
            last: fc.integer({ min: 1, max: 255 }),
            count: fc.integer({ min: 1, max: 4 }),
            notations: fc.tuple(part, part, part, part),
            form: fc.constantFrom(
                (host: string) => `https://${host}/o/r`,
                (host: string) => `HTTP://${host}:8443/o/r`,
                (host: string) => `ssh://git@${host}/o/r`,
                (host: string) => `git@${host}:o/r`,
            ),
        });
        fc.assert(
            fc.property(cases, ({ network, last, count, notations, form }) => {
                const bytes = [...network, last];
                const heads = bytes.slice(0, count - 1);
                const tail = bytes.slice(count - 1).reduce((sum, byte) => sum * 256 + byte, 0);
                const host = [...heads, tail].map((value, index) => notations[index]?.(value) ?? "").join(".");
                expect(whyAddressRefused(form(host), strict), host).toBeDefined();
            }),
        );
    });

    it("is refused for a private IPv4 address inside an IPv6 one", () => {
        const prefix = fc.constantFrom(
            "::",
            "::ffff:",
            "::ffff:0:",
            "64:ff9b::",
            "0:0:0:0:0:ffff:",
            "0064:FF9B:0:0:0:0:",
        );
        fc.assert(
            fc.property(prefix, fc.constantFrom("127.0.0.1", "10.1.2.3", "169.254.169.254"), (before, inner) => {
                const hex = inner.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
                const grouped = `${hex[0] ?? ""}${hex[1] ?? ""}:${hex[2] ?? ""}${hex[3] ?? ""}`;
                for (const host of [`[${before}${inner}]`, `[${before}${grouped}]`, `[2002:${grouped}::1]`]) {
                    expect(whyAddressRefused(`https://${host}/o/r`, strict), host).toBeDefined();
                }
            }),
        );
    });

    it("never fails, whatever is given", () => {
        const text = fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.stringMatching(/^[a-z+]*:\/{0,3}[ -~]*$/));
        fc.assert(
            fc.property(text, (address) => {
                expect(["string", "undefined"]).toContain(typeof whyAddressRefused(address, open));
            }),
        );
    });
});
