import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { localCall } from "./command.ts";
import type { GitContext } from "./context.ts";
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
            await queue.run(mirror, localCall.signal, () => rm(mirror, { recursive: true, force: true }));
        }
    }
}

async function submodulesOf(mirror: string): Promise<readonly string[]> {
    const text = await readFile(join(mirror, submoduleList), "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "");
}
