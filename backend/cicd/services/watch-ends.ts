import type { ContainerEnd } from "../compose/exit-reason.ts";
import { composeLabels, type Engine } from "../core/engine.ts";

/**
 * Container id → how it ended last, for the containers of a stack, as the engine tells of it: a look at a container that
 * was started again does not tell any more. Ends with the signal.
 */
export function watchEnds(
    engine: Pick<Engine, "watch">,
    stack: string,
    signal: AbortSignal,
): ReadonlyMap<string, ContainerEnd> {
    const ends = new Map<string, ContainerEnd>();
    const outOfMemory = new Set<string>();
    engine.watch({
        signal,
        onEvent({ action, containerId, labels }) {
            if (labels[composeLabels.project] !== stack) {
                return;
            }
            if (action === "oom") {
                outOfMemory.add(containerId);
            }
            if (action === "die") {
                const oomKilled = outOfMemory.delete(containerId);
                ends.set(containerId, { exitCode: Number(labels["exitCode"] ?? 0), oomKilled });
            }
        },
        // What was missed meanwhile is only a reason that cannot be told.
        onGap: () => undefined,
        onAway: () => undefined,
    });
    return ends;
}
