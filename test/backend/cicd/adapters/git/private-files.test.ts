import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitEnvironment } from "../../../../../backend/cicd/adapters/git/environment.ts";
import { makePrivateFiles } from "../../../../../backend/cicd/adapters/git/private-files.ts";

let directory: string;

beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "private-"));
});

afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
});

async function ask(url: string, prompt: string): Promise<string> {
    const privateFiles = await makePrivateFiles(directory);
    const path = process.env["PATH"] ?? "";
    const credentials = { username: "me", token: "s3cret" };
    const env = gitEnvironment({ path, privateFiles, allowFile: false, credentials, url });
    return spawnSync(privateFiles.askpass, [prompt], { env, encoding: "utf8" }).stdout.trim();
}

describe("what git asks for", () => {
    const url = "https://git.example:8443/me/app.git";

    it.each([
        [url, "Username for 'https://git.example:8443': ", "me"],
        [url, "Password for 'https://me@git.example:8443': ", "s3cret"],
        [url, 'Username for "https://git.example:8443"', "me"],
        [url, 'Password for "https://me%40example@git.example:8443"', "s3cret"],
        ["http://[::1]/me/app", "Password for 'http://me@[::1]': ", "s3cret"],
        ["https://Git.Example/me/app", "Password for 'https://me@Git.Example': ", "s3cret"],
    ])("of %s is answered: %s", async (asked, prompt, answer) => {
        expect(await ask(asked, prompt)).toBe(answer);
    });

    it.each([
        "Username for 'https://other.example:8443': ",
        "Password for 'https://me@other.example': ",
        "Password for 'https://me@git.example': ",
        "Password for 'https://me@git.example:8443.other.example': ",
        "Password for 'https://git.example:8443@other.example': ",
        "Password for 'http://me@git.example:8443': ",
        'Password for "https://me@notgit.example:8443"',
        "Password: ",
        "",
    ])("for another server is not: %s", async (prompt) => {
        expect(await ask(url, prompt)).toBe("");
    });
});
