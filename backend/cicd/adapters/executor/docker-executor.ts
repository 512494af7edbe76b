import type { JobExecutor } from "../../core/job-executor.ts";
import { createCarrier } from "./carrier.ts";
import { closeRun } from "./close-run.ts";
import { listRuns } from "./list-runs.ts";
import type { ExecutorPorts } from "./ports.ts";
import { createRunNetworks } from "./run-networks.ts";
import { runTry } from "./run-try.ts";

const readySeconds = 120;
const awaySeconds = 60;

type Given = Omit<ExecutorPorts, "readySeconds" | "awaySeconds"> &
    Partial<Pick<ExecutorPorts, "readySeconds" | "awaySeconds">>;

/** Runs jobs in containers of a Docker engine. */
export function createDockerExecutor(given: Given): JobExecutor {
    const ports: ExecutorPorts = { readySeconds, awaySeconds, ...given };
    const site = { ports, networks: createRunNetworks(ports), carrier: createCarrier(ports) };
    return {
        run: (task, call) => runTry(site, task, call),
        async close(runId, workspace) {
            site.networks.forget(runId);
            await closeRun(ports, runId, workspace);
        },
        listRuns: () => listRuns(ports),
    };
}
