import type { Refusal } from "../../../common/socket/event.ts";

/**
 * A call that did not succeed. `code`: the server's code, or `timeout` or `disconnected`. `translatable` says that
 * the message is a key of the language files.
 */
export class CallError extends Error {
    readonly code: string;
    readonly translatable: boolean;
    /** What the server tells beside the sentence, such as `errorCode`. */
    readonly details: object | undefined;

    constructor(code: string, message: string, translatable: boolean, details?: object) {
        super(message);
        this.name = "CallError";
        this.code = code;
        this.translatable = translatable;
        this.details = details;
    }
}

/** The error of a refusing answer; `token_required`: the login wants the second factor. Older hosts answer without `msg` or `code`. */
export function refusalError(refusal: Partial<Refusal> & { readonly tokenRequired?: boolean }): CallError {
    if (refusal.tokenRequired === true) {
        return new CallError("token_required", "login.codeMissing", true);
    }
    if (refusal.msg === undefined) {
        return new CallError(refusal.code ?? "internal", "error.unknown", true);
    }
    return new CallError(refusal.code ?? "internal", refusal.msg, refusal.msgi18n ?? false, refusal.details);
}
