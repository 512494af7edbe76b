import { Agent, request } from "node:http";
import type { SignedRequest } from "../../test/support/webhook-request.ts";

/** A request, and its path where it is not the one that all go to. */
type Request = SignedRequest & { readonly path?: string };

export interface Burst {
    /** From the first request to the last answer. */
    readonly seconds: number;
    /** Of each request, in milliseconds. */
    readonly latencies: readonly number[];
    /** How often each status was answered. */
    readonly statuses: ReadonlyMap<number, number>;
}

/** Sends every request once, so many at a time over as many connections that stay open, and waits for all answers. */
export async function sendBurst(url: string, requests: readonly Request[], atOnce: number): Promise<Burst> {
    const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
    const waiting = [...requests].reverse();
    const latencies: number[] = [];
    const statuses = new Map<number, number>();

    async function sendInTurn(): Promise<void> {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
            const sent = performance.now();
            const status = await post(agent, url, next);
            latencies.push(performance.now() - sent);
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
    }

    try {
        const started = performance.now();
        await Promise.all(Array.from({ length: atOnce }, sendInTurn));
        return { seconds: (performance.now() - started) / 1000, latencies, statuses };
    } finally {
        agent.destroy();
    }
}

/** The status, once the whole answer is here. */
function post(agent: Agent, url: string, { body, headers, path = "" }: Request): Promise<number> {
    return new Promise((resolve, reject) => {
        const sending = request(url + path, {
            agent,
            method: "POST",
            headers: { ...headers, "content-length": body.length },
        });
        sending.on("response", (response) => {
            response.on("end", () => resolve(response.statusCode ?? 0)).on("error", reject);
            response.resume();
        });
        sending.on("error", reject).end(body);
    });
}
