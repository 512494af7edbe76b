import { lstat } from "node:fs/promises";
import type { JobCall, JobTask } from "../../core/job-executor.ts";
import { openWorkspace } from "./open-workspace.ts";
import type { ExecutorPorts } from "./ports.ts";

type Ports = Pick<ExecutorPorts, "engine" | "keepsOwners">;

/**
 * Sees that a job which is not root can write to its workspace, and answers who it runs as (undefined: as its image says).
 * A server's workspace is opened to everybody. A person's own folder is not: such a job runs as the folder's owner.
 */
export async function settleUser(
    { engine, keepsOwners }: Ports,
    task: JobTask,
    onNote: JobCall["onNote"],
    signal: AbortSignal,
): Promise<string | undefined> {
    const user = task.user ?? (await engine.findImage(task.image))?.user ?? "";
    if (isRoot(user)) {
        return task.user;
    }
    if (keepsOwners === true) {
        return (await ownerOf(task.workspace, user, onNote)) ?? task.user;
    }
    await openWorkspace(task.workspace, signal);
    return task.user;
}

function isRoot(user: string): boolean {
    const [name = ""] = user.split(":");
    return name === "root" || /^0*$/.test(name);
}

/** Only Linux' engines tell a folder's owner to containers as it is. */
async function ownerOf(folder: string, user: string, onNote: JobCall["onNote"]): Promise<string | undefined> {
    const { uid, gid } = await lstat(folder);
    if (process.platform !== "linux" || user.split(":")[0] === String(uid)) {
        return undefined;
    }
    if (uid === 0) {
        onNote(
            `user ${user}: the folder belongs to root, and the job may not be able to write to it; give the job user: root, or the folder to another user`,
        );
        return undefined;
    }
    onNote(`user ${uid}:${gid}: the folder's owner, in the place of ${user}, so that the job can write to it`);
    return `${uid}:${gid}`;
}
