import { copyFile, mkdtemp, realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { create, extract, type ReadEntry } from "tar";
import { removeTree } from "../../../platform/disk/remove-tree.ts";
import type { DockerRuns } from "../../../platform/docker/runs.ts";
import { workspaceTarget } from "./job-spec.ts";
import { type FolderList, isUnchanged, listFolder } from "./list-folder.ts";
import { mergeFolder, removeBelow } from "./merge-folder.ts";

interface Ports<Method extends keyof DockerRuns> {
    readonly docker: { readonly runs: Pick<DockerRuns, Method> };
}

/** Puts the workspace into a container that was made and not started yet; answers what was put there. */
export async function carryIn(
    { docker }: Ports<"put">,
    id: string,
    workspace: string,
    signal: AbortSignal,
): Promise<FolderList> {
    const list = await listFolder(workspace);
    // By its name: owner and mode of the folder that an archive is unpacked into are left as they are.
    const archive = Readable.from(create({ cwd: workspace, prefix: basename(workspaceTarget) }, ["."]));
    await docker.runs.put(id, dirname(workspaceTarget), archive, signal);
    return list;
}

/**
 * Brings what a container has changed of its workspace back. `before` is what it was given: files that it did not touch
 * are left as they are by now, for jobs beside it may have changed them. Nothing is written outside of the workspace.
 */
export async function carryOut(
    { docker }: Ports<"take">,
    id: string,
    workspace: string,
    before: FolderList,
    signal: AbortSignal,
): Promise<void> {
    const archive = await docker.runs.take(id, workspaceTarget, signal);
    if (archive === undefined) {
        return;
    }
    const staging = await mkdtemp(join(dirname(workspace), `.${basename(workspace)}-`));
    try {
        const { seen, links } = await unpack(archive, staging, before, signal);
        await removeBelow(
            workspace,
            [...before.files.keys()].filter((path) => !seen.has(path)),
        );
        await mergeFolder(staging, workspace);
        await copyLinked(workspace, links);
    } finally {
        await removeTree(staging);
    }
}

interface Unpacked {
    readonly seen: ReadonlySet<string>;
    /** Second names of files: path, and the path of the first. */
    readonly links: ReadonlyMap<string, string>;
}

const kinds: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile", "Directory", "SymbolicLink"]);

async function unpack(
    archive: NodeJS.ReadableStream,
    staging: string,
    before: FolderList,
    signal: AbortSignal,
): Promise<Unpacked> {
    const seen = new Set<string>();
    const links = new Map<string, string>();
    const filter = (_path: string, entry: unknown): boolean => {
        if (!isEntry(entry)) {
            return false;
        }
        const path = below(entry.path);
        seen.add(path);
        if (entry.type === "Link") {
            links.set(path, below(entry.linkpath ?? ""));
        }
        const isTaken = kinds.has(entry.type) && !isUnchanged(before, path, factsOf(entry));
        // This process' user owns them from now on, and must be able to read and remove them without being root.
        entry.mode = (entry.mode ?? 0o644) | (entry.type === "Directory" ? 0o700 : 0o600);
        return isTaken;
    };
    await pipeline(archive, extract({ cwd: staging, strip: 1, preserveOwner: false, filter }), { signal });
    return { seen, links };
}

function isEntry(entry: unknown): entry is ReadEntry {
    return typeof entry === "object" && entry !== null && "type" in entry && "header" in entry;
}

/** The engine puts everything below the folder's own name. */
function below(path: string): string {
    return path.replace(/\/$/, "").split("/").slice(1).join("/");
}

function factsOf({ type, size, mode, mtime }: ReadEntry) {
    return {
        ...{ size, seconds: Math.floor((mtime?.getTime() ?? 0) / 1000) },
        ...{ isExecutable: ((mode ?? 0) & 0o100) !== 0, isFile: type === "File" || type === "OldFile" },
    };
}

/** The first name of such a file may be one that was not unpacked, because it is there already. */
async function copyLinked(workspace: string, links: Unpacked["links"]): Promise<void> {
    const root = await realpath(workspace);
    for (const [path, first] of links) {
        const source = await realpath(join(root, first)).catch(() => undefined);
        const folder = await realpath(dirname(join(root, path))).catch(() => undefined);
        const isInside = [source, folder].every((real) => real === root || real?.startsWith(root + sep) === true);
        if (source !== undefined && isInside) {
            await removeTree(join(root, path));
            await copyFile(source, join(root, path));
        }
    }
}
