import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../../../common/errors.ts";
import type { ContainerDetails } from "../../../platform/docker/answers.ts";
import type { JobCall } from "../../core/job-executor.ts";
import type { ExecutorPorts } from "./ports.ts";
import { isAway } from "./refusal.ts";

const awayPauseMilliseconds = 500;
/** How long a container whose output has ended is waited for before its output is asked for again. */
const endSeconds = 5;
/** The same of one whose output is not wanted any more: each time is one question to the engine. */
const unreadEndSeconds = 60;

type State = ContainerDetails["State"];

export interface ReadOptions {
    /** Lets go of it. */
    readonly signal: AbortSignal;
    /** Nothing more of its output is wanted. */
    readonly enough?: AbortSignal | undefined;
    readonly onOutput: JobCall["onOutput"];
    /** Called once, before the first line, with the engine's time. */
    readonly onStarted: (startedAt: string) => void;
    /** The engine is there again. */
    readonly onBack: () => void;
}

export interface ReadEnd {
    /** Undefined where the container is gone, or was let go of. */
    readonly state?: State | undefined;
    readonly wasAway: boolean;
}

type Ports = Pick<ExecutorPorts, "docker" | "awaySeconds">;

/**
 * Hands on the output of a started container, from its first line on, until it ends. Where the engine goes away
 * meanwhile and comes back, the lines go on where they were. Once they are enough, only the end is waited for. Throws AppError `unavailable` where it stays away.
 */
export async function readToEnd(ports: Ports, id: string, options: ReadOptions): Promise<ReadEnd> {
    const { docker } = ports;
    const { signal, enough } = options;
    const output = resumable(options.onOutput);
    const tellStart = once(options.onStarted);
    let wasAway = false;
    while (!signal.aborted) {
        try {
            const state = await readOnce(docker, id, { signal, enough, onLine: output.begin(), tellStart });
            if (state === undefined || !isLive(state)) {
                return { state, wasAway };
            }
        } catch (error) {
            if (!isAway(error)) {
                throw error;
            }
            await untilBack(ports, signal, error);
            wasAway = true;
            options.onBack();
        }
    }
    return { wasAway };
}

interface ReadOnce {
    readonly signal: AbortSignal;
    readonly enough: AbortSignal | undefined;
    readonly onLine: JobCall["onOutput"];
    readonly tellStart: (startedAt: string) => void;
}

/** Reads until the output ends, and answers the state then. */
async function readOnce(docker: Ports["docker"], id: string, read: ReadOnce): Promise<State | undefined> {
    const before = await docker.containers.inspect(id);
    if (before === undefined) {
        return undefined;
    }
    read.tellStart(before.State.StartedAt);
    await readOutput(docker, id, read);
    const after = read.signal.aborted ? undefined : await docker.containers.inspect(id);
    if (after === undefined || !isLive(after.State)) {
        return after?.State;
    }
    await docker.runs.ended(id, read.enough?.aborted === true ? unreadEndSeconds : endSeconds, read.signal);
    return read.signal.aborted ? undefined : (await docker.containers.inspect(id))?.State;
}

async function readOutput(docker: Ports["docker"], id: string, { signal, enough, onLine }: ReadOnce): Promise<void> {
    if (enough?.aborted === true) {
        return;
    }
    await docker.runs.output(id, { signal: enough === undefined ? signal : AbortSignal.any([signal, enough]), onLine });
}

function isLive({ Status }: State): boolean {
    return Status !== "exited" && Status !== "dead";
}

async function untilBack({ docker, awaySeconds }: Ports, signal: AbortSignal, cause: unknown): Promise<void> {
    const deadline = Date.now() + awaySeconds * 1000;
    while (!signal.aborted) {
        try {
            await docker.version();
            return;
        } catch (error) {
            if (Date.now() > deadline || !(error instanceof AppError)) {
                throw cause;
            }
        }
        await sleep(awayPauseMilliseconds, undefined, { signal }).catch(() => undefined);
    }
}

/** Output that may begin again from its first line: lines that were handed on are skipped then. */
function resumable(onOutput: JobCall["onOutput"]) {
    let given = 0;
    return {
        begin: (): JobCall["onOutput"] => {
            let index = 0;
            return (stream, line) => {
                index += 1;
                if (index > given) {
                    given = index;
                    onOutput(stream, line);
                }
            };
        },
    };
}

function once(act: (text: string) => void): (text: string) => void {
    let done = false;
    return (text) => {
        if (!done) {
            done = true;
            act(text);
        }
    };
}
