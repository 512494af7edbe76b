import { describe, expect, it } from "vitest";
import { submoduleAddress } from "../../../../../backend/cicd/adapters/git/submodule-address.ts";

const https = "https://git.example.org/team/app.git";
const scp = "git@git.example.org:team/app.git";
const ssh = "ssh://git@git.example.org:2222/team/app.git";

describe("where a submodule is fetched from", () => {
    it.each([
        [https, "../lib.git", "https://git.example.org/team/lib.git"],
        [https, "../../other/lib", "https://git.example.org/other/lib"],
        [`${https}/`, "../lib.git/", "https://git.example.org/team/lib.git"],
        [https, "./inner.git", "https://git.example.org/team/app.git/inner.git"],
        [https, "https://git.example.org/x/lib.git", "https://git.example.org/x/lib.git"],
        [https, "https://GIT.example.org:443/x/lib.git", "https://git.example.org/x/lib.git"],
        [https, "git@git.example.org:x/lib.git", "https://git.example.org/x/lib.git"],
        [https, "ssh://git@git.example.org/x/lib.git", "https://git.example.org/x/lib.git"],
        [https, "https://git.example.org/a/../../b", "https://git.example.org/b"],
        [scp, "../lib.git", "git@git.example.org:team/lib.git"],
        [scp, "../../lib.git", "git@git.example.org:lib.git"],
        [scp, "https://git.example.org/x/lib.git", "git@git.example.org:x/lib.git"],
        [scp, "other@git.example.org:x/lib.git", "git@git.example.org:x/lib.git"],
        [ssh, "../lib.git", "ssh://git@git.example.org:2222/team/lib.git"],
        [ssh, "https://git.example.org/x/lib.git", "ssh://git@git.example.org:2222/x/lib.git"],
        ["file:///srv/app.git", "../lib.git", "file:///srv/lib.git"],
    ])("%s with %s", (parent, written, url) => {
        expect(submoduleAddress(parent, written)).toEqual({ ok: true, url });
    });

    it.each([
        [https, "https://evil.example.org/x/lib.git", /another host/],
        [https, "https://git.example.org.evil.example/x", /another host/],
        [https, "https://git.example.org:8443/x/lib.git", /another port/],
        [https, "http://git.example.org/x/lib.git", /another port or scheme/],
        [https, "https://ada:secret@git.example.org/x.git", /credentials/],
        [https, "https://git.example.org@evil.example/x.git", /another host|credentials/],
        [https, "file:///etc", /scheme 'file'/],
        ["file:///srv/app.git", "file:///etc", /scheme 'file'/],
        [https, "/srv/secret.git", /no git address/],
        [https, "ext::sh -c id", /blanks/],
        [https, "ext::sh", /no git address/],
        [https, "-oProxyCommand=id", /starts with '-'/],
        [https, "ssh://-oProxyCommand=id/x", /another host|no git address/],
        [https, "git@git.example.org:-x", /not plain/],
        [https, "git://git.example.org/x", /scheme 'git'/],
        [https, "../../../lib.git", /above the root/],
        [https, "../a/../../b", /not plain/],
        [https, "../%2e%2e/b", /'%'/],
        [https, "../lib.git\n", /control/],
        [https, "..\\lib", /'\\'/],
        [https, "..", /names no/],
        [https, "../..", /names no/],
        [https, "", /blanks/],
    ])("%s refuses %s", (parent, written, reason) => {
        const answer = submoduleAddress(parent, written);
        expect(answer).toMatchObject({ ok: false });
        expect(answer.ok ? "" : answer.reason).toMatch(reason);
    });
});
