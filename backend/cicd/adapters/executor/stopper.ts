import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutorPorts } from "./ports.ts";

const graceMilliseconds = 1000;
/** After SIGKILL; what is not over then is removed by force. */
const killMilliseconds = 500;

export interface Stopper {
    /** SIGTERM, after a second SIGKILL. Only the first reason counts. */
    stop(why: "cancelled" | "timeout"): void;
    /** Says it again, to an engine that was away when it was said. */
    again(): void;
    why(): "cancelled" | "timeout" | undefined;
    /** The container has ended: nothing is to be killed any more. */
    over(): void;
}

/** Ends one container; `onStuck` is called where it does not even end when it is killed. */
export function createStopper({ docker }: Pick<ExecutorPorts, "docker">, id: string, onStuck: () => void): Stopper {
    const over = new AbortController();
    let reason: "cancelled" | "timeout" | undefined;

    async function end(): Promise<void> {
        // An engine that is away is told by who follows the container.
        await docker.containers.kill(id, "SIGTERM").catch(() => undefined);
        await sleep(graceMilliseconds, undefined, over);
        await docker.containers.kill(id, "SIGKILL").catch(() => undefined);
        await sleep(killMilliseconds, undefined, over);
        onStuck();
    }

    function begin(): void {
        // Rejects where it is over.
        end().catch(() => undefined);
    }

    return {
        stop(why) {
            if (reason === undefined) {
                reason = why;
                begin();
            }
        },
        again() {
            if (reason !== undefined) {
                begin();
            }
        },
        why: () => reason,
        over: () => over.abort(),
    };
}
