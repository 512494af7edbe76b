import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";

const Event = z.object({ timeNano: z.number() });

interface Deferred<T> {
    readonly promise: Promise<T>;
    readonly resolve: (value: T) => void;
}

/** Waits for a container's health in the engine's events. */
export interface HealthWatch {
    /** Milliseconds since 1970 of the first event `healthy` since `arm`. */
    next(): Promise<number>;
    /** Forgets what came before. */
    arm(): void;
    close(): void;
}

/** Watches the containers of a compose project; the engine's own clock tells the time. Without a host it is the usual one. */
export function watchHealth(project: string, dockerHost?: string): HealthWatch {
    const filters = [`label=com.docker.compose.project=${project}`, "event=health_status: healthy"];
    const engine = dockerHost === undefined ? [] : ["--host", dockerHost];
    const words = [...engine, "events", "--format", "{{json .}}", ...filters.flatMap((filter) => ["--filter", filter])];
    const child = spawn("docker", words, { stdio: ["ignore", "pipe", "inherit"] });
    let first = deferred<number>();
    createInterface({ input: child.stdout }).on("line", (line) => {
        first.resolve(Event.parse(JSON.parse(line)).timeNano / 1e6);
    });
    return {
        next: () => first.promise,
        arm: () => {
            first = deferred<number>();
        },
        close: () => child.kill(),
    };
}

function deferred<T>(): Deferred<T> {
    let settle: (value: T) => void = () => undefined;
    const promise = new Promise<T>((resolve) => {
        settle = resolve;
    });
    return { promise, resolve: settle };
}
