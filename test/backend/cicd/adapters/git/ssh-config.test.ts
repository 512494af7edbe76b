import { describe, expect, it } from "vitest";
import {
    knownHost,
    seenHostKey,
    sshConfig,
    type SshConfigOptions,
} from "../../../../../backend/cicd/adapters/git/ssh-config.ts";
import { mendKey } from "../../../../../backend/cicd/adapters/git/ssh-key-format.ts";

const server = { host: "git.example", port: 22, user: "git", address: "192.0.2.1" };

function config(more: Partial<SshConfigOptions> = {}): readonly string[] {
    return sshConfig({ ...server, authentication: "publickey", pinned: false, ...more }).split("\n");
}

describe("the configuration of one run", () => {
    it("connects to the checked address under the host's own name, with the agent's key only", () => {
        expect(config()).toEqual(
            expect.arrayContaining([
                "HostName 192.0.2.1",
                "Port 22",
                "User git",
                "HostKeyAlias git.example",
                "IdentityAgent agent",
                "IdentityFile none",
                "BatchMode yes",
                "ProxyCommand none",
                "PermitLocalCommand no",
                "ForwardAgent no",
                "GlobalKnownHostsFile /dev/null",
                "UpdateHostKeys no",
                "StrictHostKeyChecking accept-new",
            ]),
        );
    });

    it("accepts no other key than the pinned one", () => {
        expect(config({ pinned: true })).toContain("StrictHostKeyChecking yes");
    });

    it("logs nobody in where only the host key is asked for", () => {
        const lines = config({ authentication: "none" });
        expect(lines).toEqual(expect.arrayContaining(["PreferredAuthentications none", "IdentityAgent none"]));
    });

    it.each([
        [22, "git.example", "git.example"],
        [2222, "git.example", "[git.example]:2222"],
        [22, "[::1]", "::1"],
        [2222, "[::1]", "[::1]:2222"],
    ])("knows port %d of %s as %s", (port, host, name) => {
        expect(knownHost({ ...server, host, port }, "ssh-ed25519 AAAA")).toBe(`${name} ssh-ed25519 AAAA\n`);
    });

    it.each(["ho st", "a\nProxyCommand x", "a*", "!a", "a,b", 'a"b', "a#b", "a%h", ""])(
        "refuses a host that is more than one word: %j",
        (host) => {
            expect(() => config({ host })).toThrow(/^url: /);
        },
    );

    it("reads the key that ssh has noted", () => {
        expect(seenHostKey("[git.example]:2222 ssh-ed25519 AAAA\n")).toBe("ssh-ed25519 AAAA");
        expect(seenHostKey("")).toBeUndefined();
    });
});

describe("a pasted key", () => {
    const begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
    const end = "-----END OPENSSH PRIVATE KEY-----";
    const whole = `${begin}\nabcd\nef==\n${end}\n`;

    it.each([
        ["as it is", whole],
        ["without its last line end", whole.trim()],
        ["with the line ends of Windows", whole.replaceAll("\n", "\r\n")],
        ["with the line ends of old Macs", whole.replaceAll("\n", "\r")],
        ["indented, with blanks around", `\n  ${whole.replaceAll("\n", " \n  ")}\n`],
        ["with a byte order mark", `\uFEFF${whole}`],
    ])("is taken %s", (_what, text) => {
        expect(mendKey(text)).toBe(whole);
    });

    it.each([
        ["ssh-ed25519 AAAAC3Nz me@home", /public half/],
        ["PuTTY-User-Key-File-3: ssh-ed25519", /PuTTY/],
        [`${begin}\nabcd`, /not a whole private key/],
        ["abcd", /not a whole private key/],
        ["", /not a whole private key/],
    ])("is refused where it is something else: %s", (text, words) => {
        expect(() => mendKey(text)).toThrow(words);
    });
});
