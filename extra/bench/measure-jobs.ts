import { createBench } from "../../test/support/executor-contract.ts";
import { docker } from "../../test/support/docker.ts";
import { dockerPlace } from "../../test/support/docker-executor.ts";
import { median, spread } from "./statistics.ts";
import type { Row } from "./table.ts";

const rounds = 10;

/** One job of `true`, and `docker run` of the same image, script and mount, in turns; both remove their container. */
export async function measureJobs(say: (text: string) => void, ended: () => boolean): Promise<readonly Row[]> {
    const place = await dockerPlace();
    const bench = createBench(place);
    const job = async (): Promise<void> => {
        const outcome = await bench.begin(bench.task("true")).outcome;
        if (outcome.result !== "success") {
            throw new Error(`The job did not end well: ${JSON.stringify(outcome)}`);
        }
    };
    const bare = async (): Promise<void> => {
        const mount = `${place.workspace}:/workspace`;
        await docker("run", "--rm", "-v", mount, "-w", "/workspace", place.image, "sh", "-c", "true");
    };
    const times: { readonly job: number; readonly bare: number }[] = [];
    try {
        // The first makes the run's network.
        await job();
        for (let round = 1; round <= rounds && !ended(); round += 1) {
            const measured = { job: await timeOf(job), bare: await timeOf(bare) };
            say(`job ${round}: ${measured.job.toFixed(0)} ms, docker run ${measured.bare.toFixed(0)} ms`);
            times.push(measured);
        }
    } finally {
        await bench.executor.close(bench.runId);
        await place.close();
    }
    return [
        rowOf(
            times.map((each) => each.job),
            times.map((each) => each.bare),
        ),
    ];
}

async function timeOf(act: () => Promise<void>): Promise<number> {
    const started = performance.now();
    await act();
    return performance.now() - started;
}

function rowOf(jobs: readonly number[], bare: readonly number[]): Row {
    return {
        figure: "a job of `true`, start to end",
        measured: `${spread(jobs)} ms, ${(median(jobs) / median(bare)).toFixed(2)} ×`,
        baseline: `docker run --rm: ${spread(bare)} ms`,
        aim: "≤ 1.15 × or + 250 ms",
    };
}
