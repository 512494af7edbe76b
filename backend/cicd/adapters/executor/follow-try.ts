import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerDetails } from "../../../platform/docker/answers.ts";
import type { JobCall, JobTask } from "../../core/job-executor.ts";
import { onAbort } from "./on-abort.ts";
import type { Ending } from "./outcome.ts";
import type { ExecutorPorts } from "./ports.ts";
import { readToEnd } from "./read-to-end.ts";
import { createStopper, type Stopper } from "./stopper.ts";

const longestTimer = 2 ** 31 - 1;
const killed = 137;
/** The engine may hear of the lack of memory after it has heard of the end. */
const lateLooks = 5;
const lateMilliseconds = 60;

type Ports = Pick<ExecutorPorts, "docker" | "awaySeconds">;

/**
 * Follows a started container to its end, which cancelling and the time limit bring about. Answers undefined where it was
 * let go of. Throws AppError `unavailable` where the engine stays away.
 */
export async function followTry(ports: Ports, id: string, task: JobTask, call: JobCall): Promise<Ending | undefined> {
    const following = new AbortController();
    const stopper = createStopper(ports, id, () => following.abort());
    const clock = createTimeLimit(task.timeoutSeconds, stopper);
    // Who cancels waits for the end, also where everything is left meanwhile.
    const offLeave = onAbort(call.leave, () => {
        if (stopper.why() === undefined) {
            following.abort();
        }
    });
    const offCancel = onAbort(call.cancel, () => stopper.stop("cancelled"));
    let lastError = "";
    try {
        const { state, wasAway } = await readToEnd(ports, id, {
            signal: following.signal,
            enough: call.enough,
            onOutput: (stream, line) => {
                lastError = stream === "stderr" ? line : lastError;
                call.onOutput(stream, line);
            },
            onStarted: (startedAt) => {
                call.onStart(new Date(startedAt).toISOString());
                clock.begin(startedAt);
            },
            onBack: () => stopper.again(),
        });
        const stopped = stopper.why();
        if (stopped === undefined && following.signal.aborted) {
            return undefined;
        }
        const settled = stopped === undefined ? await settle(ports, id, task, state) : state;
        return { state: settled, stopped, wasAway, lastError };
    } finally {
        [clock.end, stopper.over, offLeave, offCancel].forEach((stop) => stop());
    }
}

/** Counts from the container's start on, whoever started it. */
function createTimeLimit(seconds: number, stopper: Stopper) {
    let timer: NodeJS.Timeout | undefined;
    return {
        begin(startedAt: string): void {
            const gone = Math.max(0, Date.now() - Date.parse(startedAt));
            const left = Math.max(0, seconds * 1000 - gone);
            timer = setTimeout(() => stopper.stop("timeout"), Math.min(left, longestTimer));
        },
        end: (): void => clearTimeout(timer),
    };
}

type State = ContainerDetails["State"] | undefined;

async function settle({ docker }: Ports, id: string, { limits }: JobTask, state: State): Promise<State> {
    let settled = state;
    for (let look = 0; look < lateLooks && mayLackMemory(settled, limits.memoryBytes); look += 1) {
        await sleep(lateMilliseconds);
        settled = (await docker.containers.inspect(id))?.State ?? settled;
    }
    return settled;
}

function mayLackMemory(state: State, memoryBytes: number | undefined): boolean {
    return memoryBytes !== undefined && state?.ExitCode === killed && !state.OOMKilled;
}
