import { randomBytes } from "node:crypto";
import { access, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { GitCall, GitRemote } from "../../core/git.ts";
import { localCall } from "./command.ts";
import type { GitContext } from "./context.ts";
import { gitFailure, isMirrorBroken } from "./failures.ts";

const refspecs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

/** Heads and tags of the remote into the mirror, which is made where it is missing, and made anew where it is damaged. */
export async function fetchMirror(context: GitContext, remote: GitRemote, call: GitCall): Promise<void> {
    const words = await tryFetch(context, remote, call);
    if (words !== undefined && isMirrorBroken(words)) {
        await rm(context.mirrorOf(remote.url), { recursive: true, force: true });
        const again = await tryFetch(context, remote, call);
        failWith(again);
        return;
    }
    failWith(words);
}

/** Fetches once; answers git's words when it failed. */
async function tryFetch(context: GitContext, remote: GitRemote, call: GitCall): Promise<string | undefined> {
    const mirror = context.mirrorOf(remote.url);
    await ensureMirror(context, mirror);
    const result = await context.runRemote(
        remote,
        [
            `--git-dir=${mirror}`,
            "fetch",
            "--prune",
            "--force",
            "--no-tags",
            "--no-progress",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--",
            remote.url,
            ...refspecs,
        ],
        call,
    );
    return result.exitCode === 0 ? undefined : result.stderrTail;
}

/** Made beside and renamed, so that a crash leaves no half mirror. */
async function ensureMirror(context: GitContext, mirror: string): Promise<void> {
    const exists = await access(join(mirror, "HEAD")).then(
        () => true,
        () => false,
    );
    if (exists) {
        return;
    }
    const draft = `${mirror}.${randomBytes(6).toString("hex")}`;
    const made = await context.runLocal(["init", "--bare", "--quiet", "--template=", "--", draft], localCall);
    failWith(made.exitCode === 0 ? undefined : made.stderrTail);
    await rm(mirror, { recursive: true, force: true });
    await rename(draft, mirror);
}

function failWith(words: string | undefined): void {
    if (words !== undefined) {
        throw gitFailure(words);
    }
}
