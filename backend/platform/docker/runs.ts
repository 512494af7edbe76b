import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { call, callUnless, patienceSeconds } from "./call.ts";
import { type ContainerSpec, describeContainer } from "./container-spec.ts";
import type { OutputStream } from "./demux.ts";
import { statusOf, toAppError } from "./errors.ts";
import { createOutputLines } from "./output.ts";

export interface OutputOptions {
    readonly signal: AbortSignal;
    readonly onLine: (stream: OutputStream, line: string) => void;
}

/** Containers that are run to their end, found by their names. */
export interface DockerRuns {
    /**
     * Makes a container and answers its id. Throws AppError `not_found` where the image is missing, `conflict` where the
     * name is taken, `invalid` for what the engine does not accept.
     */
    create(spec: ContainerSpec): Promise<string>;
    /** Fine when it runs already. */
    start(id: string): Promise<void>;
    /**
     * Hands on every line that it has written since it was made, then what it writes until it ends. The engine is
     * slowed where this process is slower. Fine when it is gone, and when the signal aborts.
     */
    output(id: string, options: OutputOptions): Promise<void>;
    /** Until it does not run, at most so long. Fine when it is gone, and when the signal aborts. */
    ended(id: string, seconds: number, signal?: AbortSignal): Promise<void>;
    /** By force, with the volumes that are its own. Fine when it is gone. */
    discard(id: string): Promise<void>;
    /** Unpacks an archive (tar) into a folder of a container, which need not run. */
    put(id: string, folder: string, archive: Readable, signal: AbortSignal): Promise<void>;
    /** A folder of a container as an archive (tar), below its own name; undefined where there is none. */
    take(id: string, folder: string, signal: AbortSignal): Promise<NodeJS.ReadableStream | undefined>;
}

export function dockerRuns(docker: Dockerode): DockerRuns {
    return {
        async create(spec) {
            const options = describeContainer(spec);
            return (await call((abortSignal) => docker.createContainer({ ...options, abortSignal }))).id;
        },
        async start(id) {
            await callUnless([304], (abortSignal) => docker.getContainer(id).start({ abortSignal }));
        },
        output: (id, options) => output(docker, id, options),
        async ended(id, seconds, signal) {
            const late = AbortSignal.timeout(seconds * 1000);
            const abortSignal = signal === undefined ? late : AbortSignal.any([late, signal]);
            try {
                await docker.getContainer(id).wait({ abortSignal });
            } catch (error) {
                if (!abortSignal.aborted && statusOf(error) !== 404) {
                    throw toAppError(error);
                }
            }
        },
        async discard(id) {
            const container = docker.getContainer(id);
            await callUnless([404, 409], (abortSignal) => container.remove({ force: true, v: true, abortSignal }));
        },
        async put(id, folder, archive, signal) {
            try {
                await docker.getContainer(id).putArchive(archive, { path: folder, abortSignal: signal });
            } catch (error) {
                signal.throwIfAborted();
                throw toAppError(error);
            }
        },
        take: (id, folder, abortSignal) =>
            // Its beginning is a short call, whatever its end is.
            callUnless([404], () => docker.getContainer(id).getArchive({ path: folder, abortSignal }), patienceSeconds),
    };
}

async function output(docker: Dockerode, id: string, { signal, onLine }: OutputOptions): Promise<void> {
    const lines = createOutputLines(false, (stream, line) => {
        if (!signal.aborted) {
            onLine(stream, line);
        }
    });
    try {
        const stream = await docker
            .getContainer(id)
            .logs({ stdout: true, stderr: true, follow: true, abortSignal: signal });
        for await (const chunk of stream) {
            lines.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
        }
        lines.end();
    } catch (error) {
        if (statusOf(error) !== 404 && !signal.aborted) {
            throw toAppError(error);
        }
    }
}
