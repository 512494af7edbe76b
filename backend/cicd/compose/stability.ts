import type { ContainerState } from "../core/engine.ts";
import type { HealthVerdict } from "./health.ts";

/** Since when a release has been healthy without a break; all times in milliseconds. */
export interface Stability {
    readonly stableSince: number | undefined;
    /** Which starts of which containers were seen; another start begins the window anew. */
    readonly starts: string;
}

export const unstable: Stability = { stableSince: undefined, starts: "" };

/** What is known after one more look. */
export function advanceStability(
    before: Stability,
    look: {
        readonly verdict: HealthVerdict["verdict"];
        readonly states: readonly ContainerState[];
        readonly now: number;
    },
): Stability {
    const starts = startsOf(look.states);
    if (look.verdict !== "healthy") {
        return { stableSince: undefined, starts };
    }
    const goesOn = before.stableSince !== undefined && before.starts === starts;
    return { stableSince: goesOn ? before.stableSince : look.now, starts };
}

/** Whether the window has passed. */
export function isStable(stability: Stability, now: number, stabilitySeconds: number): boolean {
    return stability.stableSince !== undefined && now - stability.stableSince >= stabilitySeconds * 1000;
}

function startsOf(states: readonly ContainerState[]): string {
    return states
        .map((state) => `${state.id} ${state.startedAt} ${state.restartCount}`)
        .sort()
        .join("\n");
}
