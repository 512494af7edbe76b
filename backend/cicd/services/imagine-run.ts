import type { Clock } from "../core/clock.ts";
import type { DeploymentRecord } from "../core/deployment.ts";
import { DeploymentRun } from "./deployment-run.ts";

type Imagined = Pick<
    DeploymentRecord,
    "stackId" | "buildConfigId" | "repositoryId" | "commitSha" | "branch" | "tag" | "triggeredBy"
>;

/** A run that stands in no queue and writes no log, with an id of its own: only its notes are kept. */
export function imagineRun(
    { clock }: { readonly clock: Clock },
    given: {
        readonly deployment: Imagined;
        readonly signal: AbortSignal;
        readonly mask: (text: string) => string;
    },
): { readonly run: DeploymentRun; readonly notes: readonly string[] } {
    const notes: string[] = [];
    let record = recordOf(given.deployment, clock.now().toISOString());
    const update = async (_id: string, _from: string, change: object): Promise<DeploymentRecord> =>
        (record = { ...record, ...change });
    const log = {
        write: (stream: string, _phase: string, text: string): void => {
            if (stream === "system" && text.startsWith("Note: ")) {
                notes.push(text.slice("Note: ".length));
            }
        },
        flush: () => Promise.resolve(),
        close: () => Promise.resolve(),
    };
    const run = new DeploymentRun(
        { deployments: { update, transition: async () => undefined }, clock, announce: () => undefined },
        { record, signal: given.signal, mask: given.mask, log },
    );
    return { run, notes };
}

function recordOf(deployment: Imagined, createdAt: string): DeploymentRecord {
    return {
        ...deployment,
        id: `preview-${crypto.randomUUID()}`,
        status: "building",
        phase: "fetching",
        phases: [],
        createdAt,
        images: [],
        machines: [],
        attempt: 0,
    };
}
