import { describe, expect, it } from "vitest";
import { createHookApi } from "../../../../../backend/cicd/adapters/provider-api/hook-api.ts";
import { bitbucketSpec } from "../../../../../backend/cicd/adapters/provider-api/bitbucket.ts";
import { giteaSpec } from "../../../../../backend/cicd/adapters/provider-api/gitea.ts";
import { githubSpec } from "../../../../../backend/cicd/adapters/provider-api/github.ts";
import { gitlabSpec } from "../../../../../backend/cicd/adapters/provider-api/gitlab.ts";
import type { ApiCall } from "../../../../../backend/cicd/adapters/provider-api/send.ts";

const specs = { github: githubSpec, gitlab: gitlabSpec, gitea: giteaSpec, bitbucket: bitbucketSpec };

/** The address that is asked for the hooks of a repository, without its query. */
async function asked(provider: keyof typeof specs, url: string): Promise<string> {
    const calls: ApiCall[] = [];
    const api = createHookApi(specs[provider], async (call) => {
        calls.push(call);
        return { status: 200, headers: {}, body: provider === "bitbucket" ? { values: [] } : [] };
    });
    const target = { url, allowPrivateHost: false, credentials: { token: "t" } };
    await api.find(target, () => false, new AbortController().signal);
    return calls.map(({ url: { origin, pathname } }) => `${origin}${pathname}`).join(" ");
}

describe("the address of a provider's API", () => {
    it.each([
        ["github", "https://github.com/o/app.git", "https://api.github.com/repos/o/app/hooks"],
        ["github", "http://GitHub.com/o/app", "https://api.github.com/repos/o/app/hooks"],
        ["github", "git@github.com:o/app.git", "https://api.github.com/repos/o/app/hooks"],
        ["github", "ssh://git@ssh.github.com:443/o/app.git", "https://api.github.com/repos/o/app/hooks"],
        ["github", "https://octo.ghe.com/o/app", "https://api.octo.ghe.com/repos/o/app/hooks"],
        ["github", "https://git.example:8443/o/app.git", "https://git.example:8443/api/v3/repos/o/app/hooks"],
        ["github", "https://github.com.evil.example/o/app", "https://github.com.evil.example/api/v3/repos/o/app/hooks"],
        ["gitlab", "https://gitlab.com/g/s/app.git", "https://gitlab.com/api/v4/projects/g%2Fs%2Fapp/hooks"],
        ["gitlab", "git@gitlab.example:g/app.git", "https://gitlab.example/api/v4/projects/g%2Fapp/hooks"],
        ["gitea", "https://codeberg.org/o/app.git", "https://codeberg.org/api/v1/repos/o/app/hooks"],
        ["gitea", "http://git.lan:3000/code/o/app", "http://git.lan:3000/code/api/v1/repos/o/app/hooks"],
        ["gitea", "ssh://git@git.example:2222/o/app.git", "https://git.example/api/v1/repos/o/app/hooks"],
        ["bitbucket", "https://bitbucket.org/ws/app.git", "https://api.bitbucket.org/2.0/repositories/ws/app/hooks"],
        ["bitbucket", "git@bitbucket.org:ws/app.git", "https://api.bitbucket.org/2.0/repositories/ws/app/hooks"],
        [
            "bitbucket",
            "https://bb.example/code/scm/ENG/app.git",
            "https://bb.example/code/rest/api/1.0/projects/ENG/repos/app/webhooks",
        ],
        [
            "bitbucket",
            "ssh://git@bb.example:7999/~ada/app.git",
            "https://bb.example/rest/api/1.0/projects/~ada/repos/app/webhooks",
        ],
    ] as const)("of %s for %s is %s", async (provider, url, address) => {
        expect(await asked(provider, url)).toBe(address);
    });

    it.each([
        "https://github.com/app",
        "https://github.com/o/%2e%2e",
        "git@github.com:../../user",
        "git@github.com:o/.git",
        "file:///srv/o/app",
        "nothing",
    ])("is none for %s", async (url) => {
        await expect(asked("github", url)).rejects.toMatchObject({ details: { errorCode: "hook_not_found" } });
    });

    it("keeps parts that look like addresses inside the path", async () => {
        expect(await asked("github", "git@github.com:o%2Fx?y#z/app")).toBe(
            "https://api.github.com/repos/o%252Fx%3Fy%23z/app/hooks",
        );
    });
});
