import { chmod, lchown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openWorkspace } from "../../../../../backend/cicd/adapters/executor/open-workspace.ts";

const never = new AbortController().signal;
let root = "";
let workspace = "";

beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "open-workspace-"));
    workspace = join(root, "workspace");
    await mkdir(workspace);
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, mode: number): Promise<void> {
    await writeFile(join(workspace, path), "");
    await chmod(join(workspace, path), mode);
}

const modeOf = async (path: string): Promise<string> => ((await stat(join(workspace, path))).mode & 0o7777).toString(8);

const isLinux = process.platform === "linux";

it.runIf(isLinux)("lets everybody write to files and folders, and run what can be run", async () => {
    await mkdir(join(workspace, "a/b"), { recursive: true, mode: 0o700 });
    await put("a/b/file", 0o600);
    await put("a/program", 0o750);
    await put("a/as-its-owner", 0o4755);
    await openWorkspace(workspace, never);
    const paths = ["", "a", "a/b", "a/b/file", "a/program", "a/as-its-owner"];
    expect(await Promise.all(paths.map(modeOf))).toEqual(["777", "777", "777", "666", "777", "777"]);
});

it.runIf(isLinux)("follows no symlink", async () => {
    const outside = join(root, "outside");
    await mkdir(outside, { mode: 0o700 });
    await writeFile(join(outside, "file"), "", { mode: 0o600 });
    await symlink(outside, join(workspace, "folder"));
    await symlink(join(outside, "file"), join(workspace, "file"));
    await openWorkspace(workspace, never);
    expect((await stat(outside)).mode & 0o777).toBe(0o700);
    expect((await stat(join(outside, "file"))).mode & 0o777).toBe(0o600);
});

it.runIf(isLinux && process.getuid?.() === 0)("leaves to another user what is closed to all others", async () => {
    await mkdir(join(workspace, "database"), { mode: 0o700 });
    await put("database/file", 0o600);
    await put("key", 0o600);
    await put("made", 0o644);
    for (const path of ["database", "database/file", "key", "made"]) {
        await lchown(join(workspace, path), 1234, 1234);
    }
    await openWorkspace(workspace, never);
    expect(await Promise.all(["database", "key", "made"].map(modeOf))).toEqual(["700", "600", "666"]);
});

it.runIf(isLinux)("ends with its signal", async () => {
    await mkdir(join(workspace, "a"));
    await expect(openWorkspace(workspace, AbortSignal.abort())).rejects.toThrow();
});

it("is fine with what is not there", async () => {
    await openWorkspace(join(root, "absent"), never);
});
