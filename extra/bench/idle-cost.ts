import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvents } from "./engine-events.ts";
import { processTree, processorMillisecondsOfAll } from "./process-memory.ts";

export interface IdleCost {
    /** Of one core. */
    readonly percent: number;
    readonly seconds: number;
    /** What the engine told meanwhile of containers, whosever they are. */
    readonly engineEvents: number;
}

interface IdleOptions {
    readonly processId: number;
    readonly seconds: number;
    readonly events: EngineEvents;
    readonly ended: () => boolean;
}

/** Leaves a process alone, and answers what it and all that it started used of the processor meanwhile. */
export async function idleCost({ processId, seconds, events, ended }: IdleOptions): Promise<IdleCost> {
    const [began, eventsBefore] = [performance.now(), events.all().length];
    const before = processorMillisecondsOfAll(processTree(processId));
    await rest(seconds, ended);
    const used = processorMillisecondsOfAll(processTree(processId)) - before;
    const passed = performance.now() - began;
    return { percent: (used / passed) * 100, seconds: passed / 1000, engineEvents: events.all().length - eventsBefore };
}

/** So many seconds, or until Ctrl-C. */
export async function rest(seconds: number, ended: () => boolean): Promise<void> {
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until && !ended()) {
        await sleep(Math.min(500, until - performance.now()));
    }
}
