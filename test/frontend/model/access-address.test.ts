import { describe, expect, it } from "vitest";
import { fittingAddress, httpsAddress, schemeOf, sshAddress } from "../../../frontend/src/model/access-address.ts";

describe("an address in its other form", () => {
    it.each([
        ["https://github.com/you/app.git", "http", "git@github.com:you/app.git", "https://github.com/you/app.git"],
        [" git@github.com:you/app.git ", "ssh", "git@github.com:you/app.git", "https://github.com/you/app.git"],
        ["https://user@git.lan:8443/a/b", "http", "git@git.lan:a/b", "https://git.lan/a/b"],
        ["ssh://git@git.lan:2222/a/b.git", "ssh", "git@git.lan:a/b.git", "https://git.lan/a/b.git"],
        ["git@[::1]:a/b", "ssh", "git@[::1]:a/b", "https://[::1]/a/b"],
        ["host:/srv/git/app.git", "ssh", "git@host:srv/git/app.git", "https://host/srv/git/app.git"],
        ["file:///srv/app.git", "other", undefined, undefined],
        ["https://github.com", "http", undefined, undefined],
        ["github.com/you/app", "other", undefined, undefined],
        ["", "other", undefined, undefined],
    ])("of %j", (url, scheme, ssh, https) => {
        expect([schemeOf(url), sshAddress(url), httpsAddress(url)]).toEqual([scheme, ssh, https]);
    });

    it("is offered only where address and access do not go together", () => {
        const [https, ssh] = ["https://h/o/r", "git@h:o/r"];
        expect(fittingAddress(https, "ssh_key")).toBe(ssh);
        expect(fittingAddress(ssh, "http_token")).toBe(https);
        expect(fittingAddress(ssh, "none")).toBe(https);
        expect(fittingAddress(https, "none")).toBeUndefined();
        expect(fittingAddress(ssh, "ssh_key")).toBeUndefined();
        expect(fittingAddress("file:///srv/app.git", "ssh_key")).toBeUndefined();
    });
});
