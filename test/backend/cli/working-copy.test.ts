import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { describeWorkingCopy } from "../../../backend/cli/working-copy.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const run = promisify(execFile);
const environment = { PATH: process.env["PATH"], HOME: "/nonexistent" };

async function git(folder: string, ...args: readonly string[]): Promise<string> {
    const person = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
    return (await run("git", [...person, ...args], { cwd: folder })).stdout.trim();
}

it("tells commit and branch, and whether anything was changed", async () => {
    const folder = await temporaryDirectory();
    await git(folder, "init", "--quiet", "--initial-branch", "topic/one");
    expect(await describeWorkingCopy(folder, environment)).toEqual({ branch: "topic/one", isChanged: false });
    await git(folder, "commit", "--quiet", "--allow-empty", "--message", "one");
    const commit = await git(folder, "rev-parse", "HEAD");
    expect(await describeWorkingCopy(folder, environment)).toEqual({ commit, branch: "topic/one", isChanged: false });

    await writeFile(join(folder, "new"), "");
    await git(folder, "checkout", "--quiet", "--detach");

    expect(await describeWorkingCopy(folder, environment)).toEqual({ commit, isChanged: true });
});

it("knows nothing where there is no git", async () => {
    const folder = await temporaryDirectory();

    expect(await describeWorkingCopy(folder, { ...environment, GIT_CEILING_DIRECTORIES: join(folder, "..") })).toEqual({
        isChanged: false,
    });
    expect(await describeWorkingCopy(folder, {})).toEqual({ isChanged: false });
});
