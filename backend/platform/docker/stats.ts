import type Dockerode from "dockerode";
import { z } from "zod";
import { callUnless } from "./call.ts";

const count = z.number().default(0);
const Cpu = z.object({
    cpu_usage: z.object({ total_usage: count, percpu_usage: z.array(z.number()).nullish() }),
    system_cpu_usage: count,
    online_cpus: count,
});

/** One moment of a container, of it what is used. A container that does not run has no memory figures. */
export const Stats = z.object({
    cpu_stats: Cpu,
    memory_stats: z.object({
        usage: z.number().optional(),
        limit: count,
        stats: z.record(z.string(), z.number()).nullish(),
    }),
    networks: z.record(z.string(), z.object({ rx_bytes: count, tx_bytes: count })).nullish(),
});
export type Stats = z.infer<typeof Stats>;

/** Asks for what a container uses, without waiting for a second sample; undefined for one that is gone. */
export async function containerStats(docker: Dockerode, id: string): Promise<Stats | undefined> {
    const found: unknown = await callUnless([404, 409], (abortSignal) => {
        const options = { stream: false, "one-shot": true, abortSignal } as const;
        return docker.getContainer(id).stats(options);
    });
    return found === undefined ? undefined : Stats.parse(found);
}
