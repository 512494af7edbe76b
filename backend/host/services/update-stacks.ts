import type { StackUpdate } from "../../../common/schema/image-update.ts";
import { AppError, errorCode, errorMessage } from "../../../common/errors.ts";

export interface UpdateStacksPorts {
    readonly update: (stack: string) => Promise<void>;
    /** Why a stack is left out, a sentence; undefined for one that is updated. */
    readonly whyNot: (stack: string) => Promise<string | undefined>;
    readonly onUpdates: (updates: readonly StackUpdate[]) => void;
    /** Aborts when the server stops. */
    readonly stopping: AbortSignal;
}

/**
 * Begins to update stacks one after the other, and answers at once. It goes on when its caller leaves. Throws AppError
 * `conflict` while another such run is under way.
 */
export type UpdateStacks = (stacks: readonly string[]) => readonly StackUpdate[];

export function createUpdateStacks(ports: UpdateStacksPorts): UpdateStacks {
    let isRunning = false;

    async function run(updates: StackUpdate[]): Promise<void> {
        const tell = (index: number, update: StackUpdate): void => {
            updates[index] = update;
            ports.onUpdates([...updates]);
        };
        for (const [index, { stackName }] of updates.entries()) {
            if (ports.stopping.aborted) {
                return;
            }
            tell(index, { stackName, state: "updating" });
            tell(index, { stackName, ...(await updateOne(ports, stackName)) });
        }
    }

    return (stacks) => {
        if (isRunning) {
            throw new AppError("conflict", "Stacks are being updated already; wait until that has ended");
        }
        isRunning = true;
        const waiting = [...new Set(stacks)].map((stackName) => ({ stackName, state: "waiting" as const }));
        void run([...waiting]).finally(() => (isRunning = false));
        return waiting;
    };
}

async function updateOne(
    { update, whyNot }: UpdateStacksPorts,
    stack: string,
): Promise<Pick<StackUpdate, "state" | "message">> {
    const reason = await whyNot(stack);
    if (reason !== undefined) {
        return { state: "skipped", message: reason };
    }
    try {
        await update(stack);
        return { state: "updated" };
    } catch (error) {
        return { state: wasTried(error) ? "failed" : "skipped", message: errorMessage(error) };
    }
}

/** What was refused before anything ran is no failure: it is busy, or may not be touched from here. */
function wasTried(error: unknown): boolean {
    const details = error instanceof AppError ? error.details : undefined;
    const hasRun = typeof details === "object" && details !== null && "exitCode" in details;
    return hasRun || !["conflict", "not_found"].includes(errorCode(error));
}
