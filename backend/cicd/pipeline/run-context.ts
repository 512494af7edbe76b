import type { TriggerType } from "../../../common/schema/deployment.ts";
import type { Variables } from "./fill-text.ts";

/** What a pipeline runs for. */
export interface RunContext {
    readonly branch?: string | undefined;
    readonly tag?: string | undefined;
    readonly trigger: TriggerType;
    /** Paths from the repository's root; undefined where it is not known what changed: then every path counts. */
    readonly changedPaths?: readonly string[] | undefined;
    /** What the server tells every job, such as `CICD_COMMIT_SHA`; may stand in images and keys, never a secret. */
    readonly variables?: Variables | undefined;
}
