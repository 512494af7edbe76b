import { onEngine, type Ending } from "../scene/on-engine.ts";
import { measureDeliveries } from "./measure-deliveries.ts";
import { measureJobs } from "./measure-jobs.ts";
import { measureMemory } from "./measure-memory.ts";
import { measurePushes } from "./measure-pushes.ts";
import { measureRemote } from "./measure-remote.ts";
import { measureScale } from "./measure-scale.ts";
import { markdownTable, type Row } from "./table.ts";

type Measure = (say: (text: string) => void, ended: () => boolean) => Promise<readonly Row[]>;

const parts: Readonly<Record<string, Measure>> = {
    pushes: measurePushes,
    remote: measureRemote,
    jobs: measureJobs,
    deliveries: measureDeliveries,
    memory: measureMemory,
    scale: measureScale,
};

/**
 * `npm run bench`: prints a table of figures, each beside its baseline; medians with the smallest and the largest. Of the
 * named parts only, where some are named. Throws where there is no such part.
 */
export async function runBench(names: readonly string[] = []): Promise<void> {
    const unknown = names.filter((name) => parts[name] === undefined);
    if (unknown.length > 0) {
        throw new Error(`No such part: ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
    }
    await onEngine(console.log, (ending) => bench(ending, names));
}

async function bench(ending: Ending, names: readonly string[]): Promise<void> {
    const rows: Row[] = [];
    for (const [name, measure] of Object.entries(parts)) {
        if (names.length === 0 || names.includes(name)) {
            rows.push(...(await measure(console.log, ending.asked)));
        }
    }
    console.log(`\n${markdownTable(rows)}`);
}
