import { randomBytes } from "node:crypto";
import { access, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../../../platform/disk/remove-tree.ts";
import type { GitCall, GitRemote } from "../../core/git.ts";
import { localCall } from "./command.ts";
import type { GitContext } from "./context.ts";
import { cannotShallow, gitFailure, isMirrorBroken } from "./failures.ts";
import { gitLimits } from "./limits.ts";
import { withinSize } from "./mirror-size.ts";
import { remoteFailure } from "./redirect.ts";

/** Of no branch, so that git-lfs cannot take its settings from one: in them another server may be named. */
const noHead = "ref: refs/cicd/none\n";
const refspecs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

/**
 * Heads and tags of the remote into the mirror, which is made where it is missing, and made anew where it is damaged.
 * The first fetch brings the newest commits only; `deepenMirror` brings older ones.
 */
export async function fetchMirror(context: GitContext, remote: GitRemote, call: GitCall): Promise<void> {
    const mirror = context.mirrorOf(remote.url);
    await ensureMirror(context, mirror);
    const depth = (await isEmpty(mirror)) ? [`--depth=${gitLimits.firstDepth}`] : [];
    const words = await tryFetch(context, remote, depth, call);
    if (words === undefined) {
        return;
    }
    const broken = isMirrorBroken(words);
    if (!broken && !(depth.length > 0 && cannotShallow(words))) {
        throw await remoteFailure(context, remote, words, call);
    }
    if (broken) {
        await removeTree(mirror);
        await ensureMirror(context, mirror);
    }
    await fetchOrThrow(context, remote, broken ? [`--depth=${gitLimits.firstDepth}`] : [], call);
}

/** Brings older commits into a shallow mirror. Throws what a fetch throws. */
export async function deepenMirror(
    context: GitContext,
    remote: GitRemote,
    how: "--unshallow" | `--deepen=${number}`,
    call: GitCall,
): Promise<void> {
    await fetchOrThrow(context, remote, [how], call);
}

/** Whether older commits than the mirror has may be on the remote. */
export async function isShallow(mirror: string): Promise<boolean> {
    return exists(join(mirror, "shallow"));
}

async function fetchOrThrow(
    context: GitContext,
    remote: GitRemote,
    depth: readonly string[],
    call: GitCall,
): Promise<void> {
    const words = await tryFetch(context, remote, depth, call);
    if (words !== undefined) {
        throw await remoteFailure(context, remote, words, call);
    }
}

/** Fetches once; answers git's words when it failed. */
async function tryFetch(
    context: GitContext,
    remote: GitRemote,
    depth: readonly string[],
    call: GitCall,
): Promise<string | undefined> {
    const mirror = context.mirrorOf(remote.url);
    const args = [
        `--git-dir=${mirror}`,
        "fetch",
        "--prune",
        ...depth,
        "--force",
        "--no-tags",
        "--no-progress",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--",
        remote.url,
        ...refspecs,
    ];
    const result = await withinSize(mirror, call, (bounded) => context.runRemote(remote, args, bounded));
    return result.exitCode === 0 ? undefined : result.stderrTail;
}

/** Made beside and renamed, so that a crash leaves no half mirror. */
async function ensureMirror(context: GitContext, mirror: string): Promise<void> {
    if (await exists(join(mirror, "HEAD"))) {
        return;
    }
    const draft = `${mirror}.${randomBytes(6).toString("hex")}`;
    const made = await context.runLocal(["init", "--bare", "--quiet", "--template=", "--", draft], localCall);
    if (made.exitCode !== 0) {
        throw gitFailure(made.stderrTail);
    }
    await writeFile(join(draft, "HEAD"), noHead);
    await removeTree(mirror);
    await rename(draft, mirror);
}

/** Whether nothing was ever fetched: a mirror that has something stays as deep as it is. */
async function isEmpty(mirror: string): Promise<boolean> {
    const packs = await readdir(join(mirror, "objects", "pack")).catch(() => []);
    const folders = await readdir(join(mirror, "objects")).catch(() => []);
    return !packs.some((name) => name.endsWith(".pack")) && !folders.some((name) => name.length === 2);
}

async function exists(path: string): Promise<boolean> {
    return access(path).then(
        () => true,
        () => false,
    );
}
