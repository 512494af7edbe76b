import { AppError, type ErrorCode } from "../../../../common/errors.ts";
import type { HookProblem } from "../../../../common/schema/repository-hook.ts";

const codes: Readonly<Record<HookProblem, ErrorCode>> = {
    hook_no_token: "invalid",
    hook_unauthorized: "invalid",
    hook_forbidden: "invalid",
    hook_not_found: "invalid",
    hook_refused: "invalid",
    hook_unreachable: "unavailable",
    hook_unexpected: "unavailable",
};

/** The error of a provider's API: which kind it is stands in its details. */
export function hookFailure(problem: HookProblem, message: string, cause?: unknown): AppError {
    return new AppError(codes[problem], message, { details: { errorCode: problem }, cause });
}
