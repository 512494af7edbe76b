import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../../../common/errors.ts";
import { signalGroup } from "../../../platform/process/process-group.ts";
import { deploymentMark } from "../../core/target-host.ts";

const pollMilliseconds = 20;
const patienceMilliseconds = 10_000;

/**
 * Kills the process groups that carry a deployment's mark, except `live` ones, and waits until they are gone. Answers
 * how many groups there were. Finds nothing on systems without /proc.
 */
export async function endMarkedGroups(deploymentId: string, live: ReadonlySet<number>): Promise<number> {
    const ended = new Set<number>();
    const deadline = Date.now() + patienceMilliseconds;
    for (;;) {
        const groups = await findMarkedGroups(deploymentId, live);
        if (groups.size === 0) {
            return ended.size;
        }
        if (Date.now() > deadline) {
            throw new AppError("unavailable", `processes of deployment ${deploymentId} do not end; end them by hand`);
        }
        for (const group of groups) {
            ended.add(group);
            signalGroup(group, "SIGKILL");
        }
        await sleep(pollMilliseconds);
    }
}

async function findMarkedGroups(deploymentId: string, live: ReadonlySet<number>): Promise<ReadonlySet<number>> {
    const entries = await readdir("/proc").catch(() => []);
    const ids = entries.filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
    const groups = await Promise.all(ids.map((id) => markedGroup(id, `${deploymentMark}=${deploymentId}`)));
    return new Set(groups.filter((group) => group !== undefined && !live.has(group)).map(Number));
}

/** The process group of a process that carries the mark; undefined for others and for those that are ending. */
async function markedGroup(id: string, mark: string): Promise<number | undefined> {
    try {
        const environment = await readFile(`/proc/${id}/environ`, "latin1");
        if (!environment.split("\0").includes(mark)) {
            return undefined;
        }
        const stat = await readFile(`/proc/${id}/stat`, "latin1");
        const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
        return group > 1 ? group : undefined;
    } catch {
        return undefined;
    }
}
