import { expect, it } from "vitest";
import { guessProvider } from "../../../../backend/cicd/services/guess-provider.ts";

it.each([
    ["https://github.com/me/app.git", "github"],
    ["git@github.com:me/app.git", "github"],
    ["https://github.example.com/me/app", "github"],
    ["https://gitlab.com/me/app", "gitlab"],
    ["https://gitlab.example.com/group/app.git", "gitlab"],
    ["ssh://git@bitbucket.org/me/app.git", "bitbucket"],
    ["https://bitbucket.example.com/scm/me/app.git", "bitbucket"],
    ["ssh://git@stash.example.com:7999/me/app.git", "bitbucket"],
    ["https://codeberg.org/me/app", "gitea"],
    ["https://notabug.org/me/app", "gitea"],
    ["https://gitea.com/me/app", "gitea"],
    ["git@gogs.example.com:me/app.git", "gitea"],
    ["https://gitea.example.com/me/app", "gitea"],
    ["https://my-forgejo.example.com/me/app", "gitea"],
    ["https://git.example.com/me/app", "generic"],
    ["https://git.example.com/github.com/app", "generic"],
    ["https://notgithub.com/me/app", "generic"],
    ["file:///srv/git/app.git", "generic"],
    ["", "generic"],
])("takes %s for %s", (url, provider) => {
    expect(guessProvider(url)).toBe(provider);
});
