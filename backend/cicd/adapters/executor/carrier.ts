import type { JobTask } from "../../core/job-executor.ts";
import { carryIn, carryOut } from "./carry-workspace.ts";
import { type FolderList, listFolder } from "./list-folder.ts";
import { placeOnHost } from "./place-workspace.ts";
import type { ExecutorPorts } from "./ports.ts";
import { isAway, Refusal } from "./refusal.ts";

/** Brings workspaces to an engine that does not see them, and back; does nothing where it does. */
export interface Carrier {
    /** Into a container that was not started yet. */
    in(id: string, task: JobTask, signal: AbortSignal): Promise<void>;
    /** Out of a container that has ended. */
    out(id: string, task: JobTask, signal: AbortSignal): Promise<void>;
}

type Ports = Pick<ExecutorPorts, "docker" | "findOwnContainer">;

/** Jobs that share a workspace take turns with it. */
export function createCarrier(ports: Ports): Carrier {
    const given = new Map<string, FolderList>();
    const turns = new Map<string, Promise<void>>();

    async function inTurn(workspace: string, act: () => Promise<void>): Promise<void> {
        if ((await placeOnHost(ports, workspace)) !== undefined) {
            return;
        }
        const turn = (turns.get(workspace) ?? Promise.resolve()).then(act);
        const settled = turn.catch(() => undefined);
        turns.set(workspace, settled);
        await turn.finally(() => turns.get(workspace) === settled && turns.delete(workspace));
    }

    async function carry(workspace: string, signal: AbortSignal, act: () => Promise<void>): Promise<void> {
        try {
            await inTurn(workspace, act);
        } catch (error) {
            signal.throwIfAborted();
            throw isAway(error) ? error : new Refusal(`its workspace cannot be carried: ${reasonOf(error)}`);
        }
    }

    return {
        in: (id, { workspace }, signal) =>
            carry(workspace, signal, async () => void given.set(id, await carryIn(ports, id, workspace, signal))),
        out: (id, { workspace }, signal) =>
            carry(workspace, signal, async () => {
                // Of a job that was found again it is what was left in the workspace.
                const before = given.get(id) ?? (await listFolder(workspace));
                await carryOut(ports, id, workspace, before, signal);
                given.delete(id);
            }),
    };
}

function reasonOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
