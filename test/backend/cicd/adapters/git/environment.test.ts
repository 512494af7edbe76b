import { describe, expect, it } from "vitest";
import { createContext } from "../../../../../backend/cicd/adapters/git/context.ts";
import { askpassVariables, gitEnvironment } from "../../../../../backend/cicd/adapters/git/environment.ts";

const privateFiles = {
    home: "/p/home",
    askpass: "/p/askpass",
    ssh: "/p/ssh",
    agent: "/p/agent",
    passphrase: "/p/pass",
};
const url = "https://git.example/me/app";
const options = { path: "/usr/bin", privateFiles, allowFile: false };

describe("git's environment", () => {
    it.each([
        ["github", "x-access-token"],
        ["gitlab", "oauth2"],
        ["bitbucket", "x-token-auth"],
        ["gitea", "token"],
        ["generic", "token"],
    ] as const)("names a token's user for %s as %s, unless one is given", (provider, name) => {
        const environment = gitEnvironment({ ...options, url, provider, credentials: { token: "t" } });
        expect(environment[askpassVariables.username]).toBe(name);
        const named = gitEnvironment({ ...options, url, provider, credentials: { token: "t", username: "me" } });
        expect(named[askpassVariables.username]).toBe("me");
    });

    it("lets git start ssh only where a run has a configuration for it", () => {
        const without = gitEnvironment(options);
        expect(without["GIT_SSH"]).toBeUndefined();
        expect(Object.values(without)).toContain("protocol.ssh.allow");
        const environment = gitEnvironment({ ...options, sshDirectory: "/p/ssh-1" });
        expect(environment).toMatchObject({
            GIT_SSH: "/p/ssh",
            GIT_SSH_VARIANT: "ssh",
            CICD_SSH_DIRECTORY: "/p/ssh-1",
        });
    });
});

describe("a mirror", () => {
    const { mirrorOf } = createContext({
        directory: "/repos",
        path: "",
        allowPrivateHosts: false,
        allowFile: false,
        resolveHost: async () => [],
    });

    it.each([
        ["git@git.example:me/app", "git@git.example:me/app.git"],
        ["ssh://git@git.example/me/app", "git@git.example:/me/app/"],
    ])("is the same for %s and %s", (a, b) => {
        expect(mirrorOf(a)).toBe(mirrorOf(b));
    });

    it.each([
        ["git@git.example:me/app", "https://git.example/me/app"],
        ["git@git.example:me/app", "eve@git.example:me/app"],
        ["git@git.example:me/app", "git@git.example:/me/app"],
        ["ssh://git@git.example/me/app", "ssh://git@git.example:2222/me/app"],
    ])("is another one for %s and %s: somebody else may fill it", (a, b) => {
        expect(mirrorOf(a)).not.toBe(mirrorOf(b));
    });
});
