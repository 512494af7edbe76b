import type { Clock } from "../core/clock.ts";
import type { DeploymentRecord } from "../core/deployment.ts";
import type { Release } from "../core/release.ts";
import type { DeploymentRun } from "./deployment-run.ts";

type End = Partial<Pick<DeploymentRecord, "error" | "errorCode" | "images" | "machines" | "note">>;

/** Ends a run's row. */
export async function finishRun(
    ports: { readonly clock: Clock },
    run: DeploymentRun,
    status: "successful" | "failed" | "rolled_back" | "cancelled",
    end: End,
): Promise<void> {
    await run.become(status, "done", { ...end, completedAt: ports.clock.now().toISOString() });
}

/** Says that a release is in place, and what the row of a successful deployment holds. */
export function succeed(run: DeploymentRun, release: Release, started: boolean): End {
    if (started) {
        run.say("Deployed: every service runs this release.");
        return { images: release.images };
    }
    const done = run.record.note ?? "Built";
    const note = `${done}, not started: the stack is stopped. Start it to run this release.`;
    run.say(note);
    return { images: release.images, note };
}
