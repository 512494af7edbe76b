import { readFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";

/** Tells one start of a process from a later one that has got the same id; "0" where the system does not say. */
async function startOf(processId: number): Promise<string> {
    const text = await readFile(`/proc/${processId}/stat`, "utf8").catch(() => "");
    // The name of the program stands before, in parentheses, and may hold anything.
    const [, fields = ""] = /^.*\)\s(.*)$/s.exec(text) ?? [];
    return fields.split(" ")[19] ?? "0";
}

/** An id for a run of this process that tells whose it is: the working copy's, then the process'. */
export async function newLocalRunId(copyId: string): Promise<string> {
    const random = randomBytes(4).toString("hex");
    return [copyId, process.pid, await startOf(process.pid), random].join("-");
}

/** Whether the process that made this id is still there. */
export async function isLocalRunAlive(runId: string): Promise<boolean> {
    const [, id = "", start = ""] = /-(\d+)-(\d+)-[0-9a-f]{8}$/.exec(runId) ?? [];
    if (id === "") {
        return false;
    }
    const processId = Number(id);
    return isThere(processId) && (await startOf(processId)) === start;
}

function isThere(processId: number): boolean {
    try {
        return process.kill(processId, 0);
    } catch (error) {
        return error instanceof Error && "code" in error && error.code === "EPERM";
    }
}
