import type { IncomingMessage } from "node:http";
import type { BodyRoom } from "./body-room.ts";

export interface BodyLimits {
    readonly maxBytes: number;
    /** For the whole body, however slowly it comes. */
    readonly timeoutMs: number;
}

/** `no_room`: others held all the room when the time was over. */
type BodyProblem = "too_large" | "too_slow" | "no_room" | "broken_off";

export type RawBody =
    /** `leave` is to be called when the bytes are not held any more. */
    { readonly bytes: Uint8Array; readonly leave: () => void } | { readonly problem: BodyProblem };

/**
 * The bytes of a request exactly as they came (nothing is decompressed, because signatures are over these bytes), or
 * why they cannot be had. The answer comes as soon as that is known; the rest of the body is not kept. Where the room is
 * full the sender waits.
 */
export function readRawBody(request: IncomingMessage, limits: BodyLimits, room: BodyRoom): Promise<RawBody> {
    if (Number(request.headers["content-length"] ?? 0) > limits.maxBytes) {
        return Promise.resolve({ problem: "too_large" });
    }
    if (request.destroyed) {
        return Promise.resolve({ problem: "broken_off" });
    }
    return new Promise((resolve) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const place = room.enter(() => request.resume());
        const timer = setTimeout(onTimeout, limits.timeoutMs);

        function onTimeout(): void {
            finish({ problem: request.isPaused() ? "no_room" : "too_slow" });
        }
        function onData(chunk: Buffer): void {
            size += chunk.length;
            if (size > limits.maxBytes) {
                finish({ problem: "too_large" });
                return;
            }
            chunks.push(chunk);
            if (!place.take(chunk.length)) {
                request.pause();
            }
        }
        function onEnd(): void {
            const [only = Buffer.alloc(0), ...others] = chunks;
            finish({ bytes: others.length === 0 ? only : Buffer.concat(chunks), leave: place.leave });
        }
        function onBreak(): void {
            finish({ problem: "broken_off" });
        }
        function finish(result: RawBody): void {
            clearTimeout(timer);
            request.off("data", onData).off("end", onEnd).off("close", onBreak).off("error", onBreak);
            // Without a listener an error of a request that is being thrown away would end the server.
            request.on("error", () => undefined);
            if ("problem" in result) {
                place.leave();
                request.resume();
            }
            resolve(result);
        }
        request.on("data", onData).on("end", onEnd).on("close", onBreak).on("error", onBreak);
    });
}
