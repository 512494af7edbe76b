import { Readable } from "node:stream";
import type Dockerode from "dockerode";
import { z } from "zod";
import { createLineSplitter } from "../../../common/line-splitter.ts";
import { toAppError } from "./errors.ts";

export interface DockerArchives {
    /** Images with their names, layers that they share only once. Throws AppError `not_found` for one that is missing. */
    save(names: readonly string[], signal: AbortSignal): Promise<Readable>;
    /** Takes in what another engine has saved; the ids stay the same. */
    load(archive: Readable, signal: AbortSignal): Promise<void>;
}

const LoadProgress = z.object({ error: z.string().optional() });

export function dockerArchives(docker: Dockerode): DockerArchives {
    return {
        save: (names, signal) => save(docker, names, signal),
        async load(archive, signal) {
            let refusal: string | undefined;
            const splitter = createLineSplitter((line) => {
                refusal = LoadProgress.safeParse(parseJson(line)).data?.error ?? refusal;
            });
            try {
                const answer = await docker.loadImage(archive, { quiet: "true", abortSignal: signal });
                for await (const chunk of answer) {
                    splitter.push(Buffer.from(chunk));
                }
                splitter.end();
            } catch (error) {
                signal.throwIfAborted();
                throw toAppError(error);
            }
            if (refusal !== undefined) {
                throw toAppError(Object.assign(new Error(refusal), { statusCode: 500 }));
            }
        },
    };
}

/** The library knows only archives of one image each. */
async function save(docker: Dockerode, names: readonly string[], signal: AbortSignal): Promise<Readable> {
    const request = {
        path: "/images/get?",
        method: "GET",
        options: { names },
        isStream: true,
        abortSignal: signal,
        statusCodes: { 200: true, 404: "no such image", 500: "server error" },
    };
    try {
        return await new Promise<Readable>((resolve, reject) => {
            docker.modem.dial(request, (error: unknown, answer: unknown) => {
                if (answer instanceof Readable) {
                    resolve(answer);
                    return;
                }
                reject(error instanceof Error ? error : new Error("the engine sent no archive"));
            });
        });
    } catch (error) {
        signal.throwIfAborted();
        throw toAppError(error);
    }
}

function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
