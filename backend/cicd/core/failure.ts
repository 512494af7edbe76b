import { AppError } from "../../../common/errors.ts";
import { DeploymentErrorCode } from "../../../common/schema/deployment.ts";

/** An expected end of a deployment that is not success: a code for programs and one sentence for people. */
export class DeploymentFailure extends Error {
    readonly errorCode: DeploymentErrorCode;

    constructor(errorCode: DeploymentErrorCode, message: string, options?: { cause?: unknown }) {
        super(message, options);
        this.name = "DeploymentFailure";
        this.errorCode = errorCode;
    }
}

/** Codes of deployments that end as `cancelled` rather than `failed`. */
const cancelledCodes: ReadonlySet<DeploymentErrorCode> = new Set([
    "no_change",
    "superseded",
    "outdated",
    "cancelled",
    "pinned",
]);

export function endsCancelled(failure: DeploymentFailure): boolean {
    return cancelledCodes.has(failure.errorCode);
}

/** Anything thrown, as the end of a deployment. Unknown errors are `internal` and say nothing of their inside. */
export function asFailure(error: unknown): DeploymentFailure {
    if (error instanceof DeploymentFailure) {
        return error;
    }
    if (error instanceof AppError) {
        return new DeploymentFailure(codeOf(error), error.message, { cause: error });
    }
    if (isNoSpace(error)) {
        return new DeploymentFailure("disk_full", "The disk is full. Free some space, then redeploy.", {
            cause: error,
        });
    }
    return new DeploymentFailure("internal", "Internal error. The server's log tells more.", { cause: error });
}

function codeOf(error: AppError): DeploymentErrorCode {
    const details: unknown = error.details;
    if (typeof details === "object" && details !== null && "errorCode" in details) {
        const code = DeploymentErrorCode.safeParse(details.errorCode);
        if (code.success) {
            return code.data;
        }
    }
    return error.code === "unavailable" ? "remote_unavailable" : "internal";
}

function isNoSpace(error: unknown): boolean {
    return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** With a full stop, unless it has an end already: messages are of both kinds. */
export function sentence(message: string): string {
    return /[.?!]$/.test(message) ? message : `${message}.`;
}
