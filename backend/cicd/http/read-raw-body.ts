import type { IncomingMessage } from "node:http";

export interface BodyLimits {
    readonly maxBytes: number;
    /** For the whole body, however slowly it comes. */
    readonly timeoutMs: number;
}

export type RawBody = { readonly bytes: Uint8Array } | { readonly problem: "too_large" | "too_slow" | "broken_off" };

/** How large a body is going to be; one that does not say it may be as large as the limit. */
export function expectedBytes({ headers }: IncomingMessage, { maxBytes }: BodyLimits): number {
    return Number(headers["content-length"] ?? maxBytes);
}

/**
 * The bytes of a request exactly as they came (nothing is decompressed, because signatures are over these bytes), or
 * why they cannot be had. The answer comes as soon as that is known; the rest of the body is not kept.
 */
export function readRawBody(request: IncomingMessage, limits: BodyLimits): Promise<RawBody> {
    if (expectedBytes(request, limits) > limits.maxBytes) {
        return Promise.resolve({ problem: "too_large" });
    }
    if (request.destroyed) {
        return Promise.resolve({ problem: "broken_off" });
    }
    return new Promise((resolve) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const timer = setTimeout(() => finish({ problem: "too_slow" }), limits.timeoutMs);

        function onData(chunk: Buffer): void {
            size += chunk.length;
            chunks.push(chunk);
            if (size > limits.maxBytes) {
                finish({ problem: "too_large" });
            }
        }
        function onEnd(): void {
            const [only = Buffer.alloc(0), ...others] = chunks;
            finish({ bytes: others.length === 0 ? only : Buffer.concat(chunks) });
        }
        function onBreak(): void {
            finish({ problem: "broken_off" });
        }
        function finish(result: RawBody): void {
            clearTimeout(timer);
            request.off("data", onData).off("end", onEnd).off("close", onBreak).off("error", onBreak);
            // Without a listener an error of a request that is being thrown away would end the server.
            request.on("error", () => undefined);
            resolve(result);
        }
        request.on("data", onData).on("end", onEnd).on("close", onBreak).on("error", onBreak);
    });
}
