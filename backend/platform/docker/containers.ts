import type Dockerode from "dockerode";
import { z } from "zod";
import { ContainerDetails, ContainerListItem } from "./answers.ts";
import { call, callUnless, patienceSeconds } from "./call.ts";
import type { OutputStream } from "./demux.ts";
import { statusOf, toAppError } from "./errors.ts";
import { createOutputLines } from "./output.ts";
import { containerStats, type Stats } from "./stats.ts";

/** The engine's own. */
const defaultGraceSeconds = 10;

export interface TailLine {
    readonly stream: OutputStream;
    readonly text: string;
}

export interface DockerContainers {
    /** All containers, stopped ones too, that carry every one of these labels (`key` or `key=value`). */
    list(labels: readonly string[]): Promise<readonly ContainerListItem[]>;
    inspect(nameOrId: string): Promise<ContainerDetails | undefined>;
    /** SIGTERM, after the grace (default: the container's own) SIGKILL. Fine when it is stopped or gone. */
    stop(id: string, graceSeconds?: number): Promise<void>;
    /** Fine when it does not run or is gone. */
    kill(id: string, signal: "SIGTERM" | "SIGKILL"): Promise<void>;
    /** By force, with its anonymous volumes kept. Fine when it is gone. */
    remove(id: string): Promise<void>;
    tailLogs(id: string, lines: number): Promise<readonly TailLine[]>;
    /** What it uses now; undefined where it is gone. */
    stats(id: string): Promise<Stats | undefined>;
    /** Lines from the last ones on, until it stops or the signal aborts. Fine when it is gone. */
    followLogs(id: string, options: FollowLogs): Promise<void>;
}

export interface FollowLogs {
    readonly signal: AbortSignal;
    /** How many of the lines that are there are handed on. */
    readonly lines: number;
    /** RFC 3339; lines before the second that it lies in are left out. */
    readonly since?: string | undefined;
    /** `time` is the engine's, in RFC 3339 with nanoseconds. */
    readonly onOutput: (time: string, text: string) => void;
}

export function dockerContainers(docker: Dockerode): DockerContainers {
    return {
        async list(labels) {
            const found: unknown = await call((abortSignal) =>
                docker.listContainers({ all: true, filters: { label: [...labels] }, abortSignal }),
            );
            return z.array(ContainerListItem).parse(found);
        },
        async inspect(nameOrId) {
            const found: unknown = await callUnless([404], (abortSignal) =>
                docker.getContainer(nameOrId).inspect({ abortSignal }),
            );
            return found === undefined ? undefined : ContainerDetails.parse(found);
        },
        async stop(id, graceSeconds) {
            const container = docker.getContainer(id);
            const seconds = graceSeconds ?? (await ownGrace(docker, id));
            await callUnless(
                [304, 404],
                (abortSignal) => container.stop({ t: seconds, abortSignal }),
                seconds + patienceSeconds,
            );
        },
        async kill(id, signal) {
            await callUnless([404, 409], (abortSignal) => docker.getContainer(id).kill({ signal, abortSignal }));
        },
        async remove(id) {
            const container = docker.getContainer(id);
            await callUnless([404, 409], (abortSignal) => container.remove({ force: true, v: false, abortSignal }));
        },
        tailLogs: (id, lines) => tailLogs(docker, id, lines),
        stats: (id) => containerStats(docker, id),
        followLogs: (id, options) => followLogs(docker, id, options),
    };
}

async function ownGrace(docker: Dockerode, id: string): Promise<number> {
    const found: unknown = await callUnless([404], (abortSignal) => docker.getContainer(id).inspect({ abortSignal }));
    return (found === undefined ? undefined : ContainerDetails.parse(found).Config.StopTimeout) ?? defaultGraceSeconds;
}

async function tailLogs(docker: Dockerode, id: string, count: number): Promise<readonly TailLine[]> {
    const container = docker.getContainer(id);
    const found: unknown = await callUnless([404], (abortSignal) => container.inspect({ abortSignal }));
    if (found === undefined) {
        return [];
    }
    const output = await callUnless([404, 409], (abortSignal) =>
        container.logs({ stdout: true, stderr: true, follow: false, tail: count, abortSignal }),
    );
    const lines: TailLine[] = [];
    const onLine = (stream: OutputStream, text: string): void => void lines.push({ stream, text });
    const splitter = createOutputLines(ContainerDetails.parse(found).Config.Tty, onLine);
    // An empty answer comes back as "" in the place of a buffer.
    splitter.push(Buffer.from(output ?? ""));
    splitter.end();
    return lines.slice(-count);
}

async function followLogs(
    docker: Dockerode,
    id: string,
    { signal, lines, since, onOutput }: FollowLogs,
): Promise<void> {
    const container = docker.getContainer(id);
    const found: unknown = await callUnless([404], (abortSignal) => container.inspect({ abortSignal }));
    if (found === undefined || signal.aborted) {
        return;
    }
    const splitter = createOutputLines(ContainerDetails.parse(found).Config.Tty, (_stream, line) => {
        const [, time = "", text = ""] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
        onOutput(time, text);
    });
    try {
        const stream = await container.logs({
            ...{ stdout: true, stderr: true, follow: true, timestamps: true, tail: lines, abortSignal: signal },
            ...(since !== undefined && since !== "" && { since: Math.floor(Date.parse(since) / 1000) }),
        });
        for await (const chunk of stream) {
            splitter.push(Buffer.from(chunk));
        }
        splitter.end();
    } catch (error) {
        // What was aborted has ended as it was asked to.
        if (statusOf(error) !== 404 && !isAborted(signal)) {
            throw toAppError(error);
        }
    }
}

/** The compiler takes it for what it was before the last wait. */
function isAborted({ aborted }: AbortSignal): boolean {
    return aborted;
}
