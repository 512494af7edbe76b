import { onEngine, type Ending } from "../scene/on-engine.ts";
import { measureDeliveries } from "./measure-deliveries.ts";
import { measureJobs } from "./measure-jobs.ts";
import { measureMemory } from "./measure-memory.ts";
import { measurePushes } from "./measure-pushes.ts";
import { measureRemote } from "./measure-remote.ts";
import { markdownTable } from "./table.ts";

/** `npm run bench`: prints a table of figures, each beside its baseline; medians with the smallest and the largest. */
export async function runBench(): Promise<void> {
    await onEngine(console.log, bench);
}

async function bench(ending: Ending): Promise<void> {
    const memory = await measureMemory(console.log);
    const pushes = await measurePushes(console.log, ending.asked);
    const remote = await measureRemote(console.log, ending.asked);
    const jobs = await measureJobs(console.log, ending.asked);
    const deliveries = await measureDeliveries(console.log, ending.asked);
    console.log(`\n${markdownTable([...pushes, ...remote, ...jobs, ...deliveries, ...memory])}`);
}
