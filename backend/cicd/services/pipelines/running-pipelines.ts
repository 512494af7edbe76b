import { createRunningDeployments, type RunningDeployments } from "../running-deployments.ts";

/** The runs of pipelines in this process: to be asked to stop, and to be told of manual jobs that somebody starts. */
export interface RunningPipelines extends RunningDeployments {
    /** Tells whoever runs it that one of its manual jobs was started. */
    changed(id: string): void;
    /** Listens from now on: resolves when that is told, or the signal aborts. */
    untilChanged(id: string, signal: AbortSignal): Promise<void>;
}

export function createRunningPipelines(): RunningPipelines {
    const listeners = new Map<string, Set<() => void>>();
    return {
        ...createRunningDeployments(),
        changed: (id) => listeners.get(id)?.forEach((tell) => tell()),
        untilChanged: (id, signal) =>
            new Promise((resolve) => {
                const all = listeners.get(id) ?? new Set();
                const end = (): void => {
                    all.delete(end);
                    if (all.size === 0 && listeners.get(id) === all) {
                        listeners.delete(id);
                    }
                    signal.removeEventListener("abort", end);
                    resolve();
                };
                listeners.set(id, all.add(end));
                signal.addEventListener("abort", end, { once: true });
                if (signal.aborted) {
                    end();
                }
            }),
    };
}
