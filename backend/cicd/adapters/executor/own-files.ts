import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../../../common/errors.ts";
import type { ContainerSpec } from "../../../platform/docker/container-spec.ts";
import { workspaceTarget } from "./job-spec.ts";
import { ownerName, runLabels } from "./names.ts";
import { placeOnHost } from "./place-workspace.ts";
import type { ExecutorPorts } from "./ports.ts";

const longestSeconds = 120;
/** Of a larger workspace a container asks faster than this process. */
const mostLooks = 2000;

interface Owned {
    readonly runId: string;
    /** For the name of the container that does it. */
    readonly by: string;
    /** Any image with sh and chown: the job's. */
    readonly image: string;
    readonly workspace: string;
}

/**
 * Gives what others own in a workspace (jobs run as root, mostly) to this process' user, who could not read, change or
 * remove it otherwise. A process that is root needs no such thing.
 */
export async function ownFiles(
    ports: ExecutorPorts,
    { runId, by, image, workspace }: Owned,
    user = ownNumber(),
): Promise<void> {
    const source = user === 0 ? undefined : await placeOnHost(ports, workspace);
    const there = await lstat(workspace).catch(() => undefined);
    const taking = takingFor(ports, user);
    if (source === undefined || there === undefined || !(await hasForeign(workspace, taking.isTaken))) {
        return;
    }
    await runOnce(ports, {
        name: ownerName(by),
        image,
        entrypoint: ["sh"],
        command: ["-c", taking.script, "sh", there.uid === user ? "" : String(user)],
        environment: {},
        labels: runLabels(ports.serverName, runId),
        user: "0:0",
        binds: [{ source, target: workspaceTarget }],
        network: "none",
        limits: { processes: 16 },
        capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
        health: "none",
        outputBytes: 1024 * 1024,
    });
}

/** Systems without such numbers have no such trouble either. */
function ownNumber(): number {
    return process.getuid?.() ?? 0;
}

/** From whom files are taken (undefined: what cannot be looked into), and how. */
interface Taking {
    readonly isTaken: (owner: number | undefined) => boolean;
    readonly script: string;
}

/**
 * The owner's number is that of the folder as the container sees it: an engine without root numbers users anew. Only
 * a job that gave the folder itself away makes it necessary to name one ($1).
 */
const allScript = `
owner=\${1:-$(stat -c %u:%g ${workspaceTarget})}
find ${workspaceTarget} ! -type l ! -user "\${owner%%:*}" -exec chmod a+rwX {} +
chown -R -h "$owner" ${workspaceTarget}
`;

/** The same for what belongs to root alone: with its rights as they are, its new owner can do what root could. */
const rootScript = `
owner=\${1:-$(stat -c %u:%g ${workspaceTarget})}
find ${workspaceTarget} -user 0 -exec chown -h "$owner" {} +
`;

function takingFor({ keepsOwners }: ExecutorPorts, user: number): Taking {
    return keepsOwners === true
        ? { isTaken: (owner) => owner === 0, script: rootScript }
        : { isTaken: (owner) => owner !== user, script: allScript };
}

async function runOnce({ docker }: ExecutorPorts, spec: ContainerSpec): Promise<void> {
    try {
        await docker.runs.start(await docker.runs.create(spec));
    } catch (error) {
        if (errorCode(error) !== "conflict") {
            throw error;
        }
        // One is at it already.
    }
    await docker.runs.ended(spec.name, longestSeconds);
    await docker.runs.discard(spec.name);
}

/** Whether anything of the folder has an owner from whom it is to be taken. */
async function hasForeign(folder: string, isTaken: Taking["isTaken"]): Promise<boolean> {
    const waiting = [folder];
    let looks = 0;
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        const facts = await lstat(path).catch(() => undefined);
        looks += 1;
        if (isTaken(facts?.uid) || looks > mostLooks) {
            return true;
        }
        const names = facts?.isDirectory() === true ? await readdir(path).catch(() => undefined) : [];
        if (names === undefined && isTaken(undefined)) {
            return true;
        }
        waiting.push(...(names ?? []).map((name) => join(path, name)));
    }
    return false;
}
