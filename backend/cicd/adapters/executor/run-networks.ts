import { runLabels, runNetwork } from "./names.ts";
import type { ExecutorPorts } from "./ports.ts";

export interface RunNetworks {
    /** Answers the name of the run's network, which it makes at the first call. */
    ensure(runId: string): Promise<string>;
    /** Looks again at the next call. */
    forget(runId: string): void;
}

/** The networks of runs: jobs that begin at the same moment wait for the same one. */
export function createRunNetworks({ docker, serverName }: Pick<ExecutorPorts, "docker" | "serverName">): RunNetworks {
    const made = new Map<string, Promise<void>>();
    return {
        async ensure(runId) {
            const name = runNetwork(runId);
            const making = made.get(runId) ?? docker.networks.ensure(name, runLabels(serverName, runId));
            made.set(runId, making);
            try {
                await making;
            } catch (error) {
                made.delete(runId);
                throw error;
            }
            return name;
        },
        forget: (runId) => void made.delete(runId),
    };
}
