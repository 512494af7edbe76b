import { createHash } from "node:crypto";
import { githubPush } from "../../test/support/provider-pushes.ts";
import type { SignedRequest } from "../../test/support/webhook-request.ts";
import { processorMilliseconds } from "./process-memory.ts";
import { bareReceiver, productReceiver, type Receiver, secret } from "./receiver-sides.ts";
import { type Burst, sendBurst } from "./send-burst.ts";
import { median, percentile, spread } from "./statistics.ts";
import type { Row } from "./table.ts";

const rounds = 7;
const perRound = 1000;
const atOnce = 50;
/** A server that has just started runs its code slowly. */
const warmUps = 4;

type Measured = Burst & {
    /** Processor time of one delivery, in milliseconds. */
    readonly processor: number;
};

/**
 * The same bursts of signed pushes to both sides in turns, so that whatever else the machine does slows both; the first
 * of each only warm up. The product does for each what the bare receiver does (HMAC over the body, one INSERT with
 * body and headers, the same WAL and `synchronous`), and reads the push, decides for the stack, queues a deployment in
 * the place of the one that waits, hides secrets, keeps the newest 500, and answers after the commit.
 */
export async function measureDeliveries(say: (text: string) => void, ended: () => boolean): Promise<readonly Row[]> {
    const product = await productReceiver();
    try {
        const bare = await bareReceiver();
        try {
            return compare(await takeTurns([product, bare], say, ended));
        } finally {
            await bare.close();
        }
    } finally {
        await product.close();
    }
}

async function takeTurns(
    sides: readonly Receiver[],
    say: (text: string) => void,
    ended: () => boolean,
): Promise<readonly (readonly Measured[])[]> {
    const bursts: Measured[][] = sides.map(() => []);
    for (let round = 0; round < warmUps + rounds && !ended(); round += 1) {
        const requests = Array.from({ length: perRound }, (_, index) => pushOf(round * perRound + index));
        // Who comes first has the machine's caches to itself.
        const turns = round % 2 === 0 ? [...sides.entries()] : [...sides.entries()].reverse();
        for (const [index, { name, url, processId }] of turns) {
            const before = processorMilliseconds(processId);
            const burst = await sendBurst(url, requests, atOnce);
            const processor = (processorMilliseconds(processId) - before) / perRound;
            const statuses = [...burst.statuses].map(([status, count]) => `${String(count)} × ${String(status)}`);
            say(
                `burst ${String(round)} · ${name}: ${rateOf(burst).toFixed(0)} a second, ${processor.toFixed(2)} ms, ${statuses.join(", ")}`,
            );
            if (burst.statuses.get(202) !== perRound) {
                throw new Error(`${name} did not take every delivery: ${statuses.join(", ")}`);
            }
            bursts[index]?.push({ ...burst, processor });
        }
    }
    return bursts.map((list) => list.slice(warmUps));
}

function compare([product = [], bare = []]: readonly (readonly Measured[])[]): readonly Row[] {
    const ratio = medianRatio(product, bare, rateOf);
    const cost = medianRatio(product, bare, ({ processor }) => processor);
    const latency = (share: number): Row => ({
        figure: `the same, p${String(share * 100)} of the answers' time`,
        measured: `${spread(product.map(({ latencies }) => percentile(latencies, share)))} ms`,
        baseline: `bare: ${spread(bare.map(({ latencies }) => percentile(latencies, share)))} ms`,
        aim: "-",
    });
    return [
        {
            figure: `deliveries a second, bursts of ${String(perRound)} during a deployment`,
            measured: `${spread(product.map(rateOf))}, ${ratio.toFixed(2)} ×`,
            baseline: `bare Express + HMAC + INSERT, the same WAL: ${spread(bare.map(rateOf))}`,
            aim: "≥ 0.7 ×",
        },
        latency(0.5),
        latency(0.99),
        {
            figure: "the same, processor time of one",
            measured: `${median(product.map(({ processor }) => processor)).toFixed(2)} ms, ${cost.toFixed(2)} ×`,
            baseline: `bare: ${median(bare.map(({ processor }) => processor)).toFixed(2)} ms`,
            aim: "-",
        },
    ];
}

/** Of the values of each round: what else ran during a round slowed both sides of it. */
function medianRatio(
    product: readonly Measured[],
    bare: readonly Measured[],
    value: (measured: Measured) => number,
): number {
    const others = bare.map(value);
    return median(product.map((measured, round) => value(measured) / (others[round] ?? Number.NaN)));
}

function rateOf({ latencies, seconds }: Burst): number {
    return latencies.length / seconds;
}

function pushOf(n: number): SignedRequest {
    const commit = createHash("sha1").update(String(n)).digest("hex");
    return githubPush({ commit, message: `change ${String(n)}` }, secret);
}
