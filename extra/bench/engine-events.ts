import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";

const Event = z.object({ Action: z.string(), Actor: z.object({ ID: z.string() }), timeNano: z.number() });

/** What the engine told of a container. Times in milliseconds since 1970. */
export interface EngineEvent {
    readonly action: string;
    readonly containerId: string;
    /** By the engine's clock. */
    readonly at: number;
    /** When the docker client had told it. */
    readonly heardAt: number;
}

export interface EngineEvents {
    /** All since the beginning, of everybody's containers. */
    all(): readonly EngineEvent[];
    close(): void;
}

/** Listens to what the engine tells of containers, as the docker client prints it. */
export function listenToEngine(): EngineEvents {
    const words = ["events", "--format", "{{json .}}", "--filter", "type=container"];
    const child = spawn("docker", words, { stdio: ["ignore", "pipe", "inherit"] });
    const events: EngineEvent[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
        const { Action, Actor, timeNano } = Event.parse(JSON.parse(line));
        events.push({ action: Action, containerId: Actor.ID, at: timeNano / 1e6, heardAt: Date.now() });
    });
    return { all: () => events, close: () => void child.kill() };
}
