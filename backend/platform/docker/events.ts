import { setTimeout as sleep } from "node:timers/promises";
import type Dockerode from "dockerode";
import { createLineSplitter } from "../../../common/line-splitter.ts";
import { DockerEvent } from "./answers.ts";

export interface WatchOptions {
    readonly signal: AbortSignal;
    readonly onEvent: (event: DockerEvent) => void;
    /** The stream stands (at first, and after each reconnect): what was before it was not seen, so list again now. */
    readonly onOpen: () => void;
    /** The engine went away, or was not there; called once until the stream stands again. */
    readonly onAway: () => void;
}

const firstPause = 100;
const longestPause = 5000;

/** Of the container events those that change what runs; the three `exec_*` of every health check are left out. */
const filters: Dockerode.GetEventsOptions["filters"] = {
    type: ["container"],
    event: ["create", "start", "die", "destroy", "rename", "health_status", "pause", "unpause", "oom", "restart"],
};

/** Follows the engine's container events until the signal aborts, and reconnects with a growing pause. Never throws. */
export async function watchEvents(docker: Dockerode, options: WatchOptions): Promise<void> {
    let pause = firstPause;
    let away = false;
    for (;;) {
        const opened = await follow(docker, options);
        if (options.signal.aborted) {
            return;
        }
        pause = opened ? firstPause : Math.min(pause * 2, longestPause);
        if (opened || !away) {
            away = true;
            options.onAway();
        }
        await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal: options.signal }).catch(() => undefined);
    }
}

/** Follows one connection to its end; false when it could not be made. */
async function follow(docker: Dockerode, { signal, onEvent, onOpen }: WatchOptions): Promise<boolean> {
    let opened = false;
    try {
        const stream = await docker.getEvents({ filters, abortSignal: signal });
        opened = true;
        onOpen();
        const splitter = createLineSplitter((line) => handOn(line, onEvent));
        for await (const chunk of stream) {
            splitter.push(Buffer.from(chunk));
        }
    } catch {
        // The engine ended, or the signal aborted: the caller looks at the signal and tries again.
    }
    return opened;
}

function handOn(line: string, onEvent: (event: DockerEvent) => void): void {
    const event = parseEvent(line);
    if (event !== undefined) {
        onEvent(event);
    }
}

function parseEvent(line: string): DockerEvent | undefined {
    try {
        return DockerEvent.safeParse(JSON.parse(line)).data;
    } catch {
        return undefined;
    }
}
