import { z } from "zod";
import { AppError, errorMessage } from "../../../../common/errors.ts";

/** Why a try cannot be run: a sentence for people. Thrown inside of this folder only; an outcome outside. */
export class Refusal extends Error {}

const Details = z.object({ errorCode: z.string() });

/** Whether the engine does not answer at all. */
export function isAway(error: unknown): boolean {
    const details = error instanceof AppError ? Details.safeParse(error.details).data : undefined;
    return details?.errorCode === "engine_unavailable";
}

/** The sentence for what the engine refuses; everything else is thrown on. */
export function refusalOf(error: unknown): string {
    if (error instanceof Refusal) {
        return error.message;
    }
    if (!(error instanceof AppError) || isAway(error)) {
        throw error;
    }
    return errorMessage(error);
}
