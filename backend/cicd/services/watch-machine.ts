import { AppError, errorMessage } from "../../../common/errors.ts";
import type { Clock } from "../core/clock.ts";
import type { OtherContainer } from "../core/elsewhere.ts";
import { composeLabels, type ContainerSummary, type Engine } from "../core/engine.ts";

interface Failure {
    readonly words: string;
    /** The machine is there, and does not let us in. */
    readonly isRefusal: boolean;
}

export interface WatchMachinePorts {
    readonly name: string;
    readonly engine: Pick<Engine, "listContainers" | "watch">;
    readonly clock: Clock;
    readonly onChange: () => void;
}

/** What runs on another machine, kept up to date in the background. */
export interface MachineWatch {
    /** Why nothing is known, a sentence; undefined while the machine answers. */
    away(): string | undefined;
    containersOf(project: string): readonly OtherContainer[];
    /** Looks once more; never throws. */
    look(): Promise<void>;
    /** Calls back after every look until it is told to stop. */
    onLook(listener: () => void): () => void;
    /** Does not wait for the end of a pause: what was in the way may be gone. */
    retry(): void;
    stop(): void;
}

const firstPause = 1000;
const longestPause = 15_000;
/** After a login that was refused: trying on would get this server locked out there. */
const refusedPause = 300_000;

/** Follows the containers of a machine's compose projects; connects again, with growing pauses, where that breaks. */
export function watchMachine({ name, engine, clock, onChange }: WatchMachinePorts): MachineWatch {
    const stopping = new AbortController();
    const listeners = new Set<() => void>();
    let containers: readonly OtherContainer[] = [];
    let failure: Failure | undefined = {
        words: `${name} has not answered yet.`,
        isRefusal: false,
    };
    let looking: Promise<void> | undefined;
    let isDue = false;
    let waking = new AbortController();

    /** What changes while a look is under way is looked at after it. */
    async function look(): Promise<void> {
        isDue = true;
        looking ??= lookWhileDue();
        await looking;
    }

    async function lookWhileDue(): Promise<void> {
        while (isDue && !stopping.signal.aborted) {
            isDue = false;
            await lookOnce();
        }
        looking = undefined;
    }

    async function lookOnce(): Promise<void> {
        try {
            containers = (await engine.listContainers([composeLabels.project])).map(toOtherContainer);
            failure = undefined;
        } catch (error) {
            containers = [];
            failure = {
                words: `${name} is not reached: ${errorMessage(error)}.`,
                isRefusal: error instanceof AppError && error.code !== "unavailable",
            };
        }
        if (!stopping.signal.aborted) {
            listeners.forEach((listener) => listener());
            onChange();
        }
    }

    function pause(milliseconds: number): Promise<void> {
        waking = new AbortController();
        return clock.sleep(milliseconds, AbortSignal.any([stopping.signal, waking.signal]));
    }

    void keepLooking({ look, pause, engine, signal: stopping.signal, failure: () => failure });
    return {
        look,
        away: () => failure?.words,
        containersOf: (project) => containers.filter((container) => container.project === project),
        onLook(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
        },
        retry: () => waking.abort(),
        stop: () => stopping.abort(),
    };
}

interface Looking extends Pick<WatchMachinePorts, "engine"> {
    readonly look: () => Promise<void>;
    readonly pause: (milliseconds: number) => Promise<void>;
    readonly failure: () => Failure | undefined;
    readonly signal: AbortSignal;
}

async function keepLooking(looking: Looking): Promise<void> {
    const { look, failure, pause, signal } = looking;
    let next = firstPause;
    while (!signal.aborted) {
        await look();
        const failed = failure();
        if (failed === undefined) {
            next = firstPause;
            await untilAway(looking);
            continue;
        }
        await pause(failed.isRefusal ? refusedPause : next);
        next = Math.min(next * 2, longestPause);
    }
}

function untilAway({ engine, look, signal: stopping }: Looking): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([stopping, over.signal]);
    return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
        const lookAgain = (): void => void look();
        engine.watch({ signal, onEvent: lookAgain, onGap: lookAgain, onAway: () => over.abort() });
    });
}

function toOtherContainer({ id, name, labels, state, health, exitCode }: ContainerSummary): OtherContainer {
    return {
        id,
        name,
        project: labels[composeLabels.project] ?? "",
        service: labels[composeLabels.service] ?? "",
        state,
        health,
        exitCode,
        oneOff: labels[composeLabels.oneOff] === "True",
    };
}
