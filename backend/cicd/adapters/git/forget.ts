import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../../../platform/disk/remove-tree.ts";
import { localCall } from "./command.ts";
import type { GitContext } from "./context.ts";
import { mirrorPath } from "./mirror-path.ts";
import type { KeyedQueue } from "./queue.ts";

/** A file in a mirror: the addresses of its commits' submodules, one a line. */
export const submoduleList = "cicd-submodules";

/** Deletes a mirror, and those of its submodules: who else needs one of those fetches it anew. */
export async function forgetMirror(context: GitContext, queue: KeyedQueue, url: string): Promise<void> {
    const seen = new Set<string>();
    const waiting = [url];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const mirror = context.mirrorOf(next);
        if (!seen.has(mirror)) {
            seen.add(mirror);
            waiting.push(...(await submodulesOf(mirror)));
            await queue.run(mirror, localCall.signal, () => removeTree(mirror));
        }
    }
}

/** Removes all mirrors but those of some addresses and their submodules: a crash may have left others. */
export async function removeOrphanedMirrors(directory: string, urls: readonly string[]): Promise<void> {
    const kept = new Set<string>();
    const waiting = [...urls];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const mirror = mirrorPath(directory, next);
        if (!kept.has(mirror)) {
            kept.add(mirror);
            waiting.push(...(await submodulesOf(mirror)));
        }
    }
    const mirrors = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(".git"));
    const orphans = mirrors.map((name) => join(directory, name)).filter((mirror) => !kept.has(mirror));
    await Promise.all(orphans.map((mirror) => removeTree(mirror)));
}

/** Notes a submodule's address, so that its mirror goes with its repository's. */
export async function noteSubmodule(mirror: string, url: string): Promise<void> {
    if (!(await submodulesOf(mirror)).includes(url)) {
        await appendFile(join(mirror, submoduleList), `${url}\n`);
    }
}

async function submodulesOf(mirror: string): Promise<readonly string[]> {
    const text = await readFile(join(mirror, submoduleList), "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "");
}
