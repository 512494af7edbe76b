import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Header } from "tar";
import { afterEach, beforeEach, expect, it } from "vitest";
import { carryOut } from "../../../../../backend/cicd/adapters/executor/carry-workspace.ts";
import { listFolder } from "../../../../../backend/cicd/adapters/executor/list-folder.ts";

const never = new AbortController().signal;
const old = new Date("2020-01-01T00:00:00Z");

let root = "";
let workspace = "";

beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "carry-"));
    workspace = join(root, "outer", "workspace");
    await mkdir(workspace, { recursive: true });
});

afterEach(() => rm(root, { recursive: true, force: true }));

interface Entry {
    readonly path: string;
    readonly text?: string;
    readonly type?: "File" | "Directory" | "SymbolicLink" | "Link" | "CharacterDevice";
    readonly linkpath?: string;
    readonly mtime?: Date;
    readonly mode?: number;
}

function archive(entries: readonly Entry[]): Readable {
    const blocks = entries.flatMap(({ text = "", type = "File", mtime = new Date(), mode = 0o644, ...names }) => {
        const header = Buffer.alloc(512);
        const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
        body.write(text);
        new Header({ ...names, type, mode, mtime, size: Buffer.byteLength(text) }).encode(header, 0);
        return [header, body];
    });
    return Readable.from([Buffer.concat([...blocks, Buffer.alloc(1024)])]);
}

async function bring(entries: readonly Entry[], before = listFolder(workspace)): Promise<void> {
    const given = await before;
    const folder: Entry = { path: "workspace/", type: "Directory", mode: 0o755 };
    const take = async () => archive([folder, ...entries]);
    const runs = { take };
    await carryOut({ docker: { runs } }, "id", workspace, given, never);
    expect(await readdir(join(root, "outer"))).toEqual(["workspace"]);
}

const text = (path: string): Promise<string> => readFile(join(workspace, path), "utf8");

it("brings new and changed files, and removes what the job removed", async () => {
    await writeFile(join(workspace, "changed"), "before");
    await writeFile(join(workspace, "gone"), "");
    await bring([
        { path: "workspace/changed", text: "after" },
        { path: "workspace/out/", type: "Directory", mode: 0o755 },
        { path: "workspace/out/run.sh", text: "made", mode: 0o755 },
    ]);
    expect(await readdir(workspace)).toEqual(["changed", "out"]);
    expect(await text("changed")).toBe("after");
    expect((await stat(join(workspace, "out/run.sh"))).mode & 0o777).toBe(0o755);
});

it("leaves alone what the job did not touch and another job has changed meanwhile", async () => {
    await writeFile(join(workspace, "shared"), "same size 1");
    await utimes(join(workspace, "shared"), old, old);
    const before = await listFolder(workspace);
    await writeFile(join(workspace, "shared"), "same size 2");
    await writeFile(join(workspace, "made by another"), "");
    await bring([{ path: "workspace/shared", text: "same size 1", mtime: old }], Promise.resolve(before));
    expect(await text("shared")).toBe("same size 2");
    expect(await readdir(workspace)).toEqual(["made by another", "shared"]);
});

it("replaces files by folders, and folders by files", async () => {
    await mkdir(join(workspace, "folder/deep"), { recursive: true });
    await writeFile(join(workspace, "file"), "");
    await bring([
        { path: "workspace/file/", type: "Directory", mode: 0o755 },
        { path: "workspace/file/inside", text: "in" },
        { path: "workspace/folder", text: "now a file" },
    ]);
    expect(await text("file/inside")).toBe("in");
    expect(await text("folder")).toBe("now a file");
});

it("keeps second names of a file, new or not", async () => {
    await writeFile(join(workspace, "first"), "old");
    await utimes(join(workspace, "first"), old, old);
    await bring([
        { path: "workspace/first", text: "old", mtime: old },
        { path: "workspace/second", type: "Link", linkpath: "workspace/first" },
        { path: "workspace/new", text: "new" },
        { path: "workspace/newer", type: "Link", linkpath: "workspace/new" },
    ]);
    expect([await text("second"), await text("newer")]).toEqual(["old", "new"]);
});

it("writes, reads and removes nothing outside of the workspace", async () => {
    const outside = join(root, "outside");
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "secret");
    await mkdir(join(workspace, "real"));
    await writeFile(join(workspace, "real/secret"), "mine");
    const before = await listFolder(workspace);
    // Another job has put symlinks in the way meanwhile.
    await rm(join(workspace, "real"), { recursive: true });
    await symlink(outside, join(workspace, "real"));
    await symlink(outside, join(workspace, "trap"));
    await bring(
        [
            { path: "workspace/link", type: "SymbolicLink", linkpath: outside },
            { path: "workspace/link/evil", text: "evil" },
            { path: "workspace/trap/", type: "Directory", mode: 0o755 },
            { path: "workspace/trap/evil", text: "evil" },
            { path: "workspace/../../outside/evil", text: "evil" },
            { path: "../../outside/evil", text: "evil" },
            { path: `workspace/${outside}/evil`, text: "kept inside" },
            { path: "workspace/stolen", type: "Link", linkpath: `workspace/../../outside/secret` },
            { path: "workspace/stolen too", type: "Link", linkpath: join(outside, "secret") },
            { path: "workspace/device", type: "CharacterDevice" },
        ],
        Promise.resolve(before),
    );
    expect(await readdir(outside)).toEqual(["secret"]);
    expect(await text("trap/evil")).toBe("evil");
    const names = await readdir(workspace);
    expect(names).not.toContain("stolen");
    expect(names).not.toContain("stolen too");
    expect(names).not.toContain("device");
});

it("can read and remove what a job has closed to itself", async () => {
    await bring([
        { path: "workspace/out/", type: "Directory", mode: 0o500 },
        { path: "workspace/out/key", text: "k", mode: 0o000 },
    ]);
    expect((await stat(join(workspace, "out"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(workspace, "out/key"))).mode & 0o777).toBe(0o600);
});
