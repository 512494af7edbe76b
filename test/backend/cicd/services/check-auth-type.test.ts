import { expect, it } from "vitest";
import { checkAuthType } from "../../../../backend/cicd/services/check-auth-type.ts";

it.each([
    ["https://git.example/me/app.git", "none"],
    ["https://git.example/me/app.git", "http_token"],
    ["http://git.example/me/app.git", "http_token"],
    ["git@git.example:me/app.git", "ssh_key"],
    ["ssh://git@git.example:2222/me/app.git", "ssh_key"],
    ["file:///srv/app.git", "none"],
] as const)("%s is opened with %s", (url, authType) => {
    expect(() => checkAuthType({ url, authType })).not.toThrow();
});

it.each([
    ["https://git.example/me/app.git", "ssh_key", "give git@git.example:me/app.git as url"],
    ["file:///srv/app.git", "ssh_key", "give git@host:path as url"],
    ["git@git.example:me/app.git", "http_token", "give https://git.example/me/app.git as url"],
    ["ssh://git@git.example:2222/me/app.git", "none", "or give https://git.example/me/app.git as url"],
    ["git@git.example:me/app.git", "none", "needs ssh_key"],
] as const)("%s is not opened with %s: %s", (url, authType, words) => {
    expect(() => checkAuthType({ url, authType })).toThrow(words);
});
