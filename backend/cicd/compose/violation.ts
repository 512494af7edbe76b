import type { DeploymentErrorCode } from "../../../common/schema/deployment.ts";
import { type Mistake, mistakeAt, type Place } from "./mistake.ts";

/** Something in the repository that ends the deployment before anything is touched. */
export type Violation = Mistake & {
    readonly code: Extract<
        DeploymentErrorCode,
        "not_contained" | "compose_invalid" | "compose_missing" | "dockerfile_missing" | "env_refused" | "not_supported"
    >;
};

export function violationAt(place: Place, code: Violation["code"], message: string, hint: string): Violation {
    return { ...mistakeAt(place, message, hint), code };
}
