import { z } from "zod";
import { StackName } from "../../../common/schema/stack-name.ts";

/** Parts of requests and answers that several routes share. */
export const stackParams = z.object({ stack: StackName });
export const idParams = z.object({ id: z.string().min(1).max(64) });

/** The answer where there is nothing to show. */
export const Done = z.object({ ok: z.literal(true) });
export const done: z.infer<typeof Done> = { ok: true };

/** A page of a list: `nextCursor` is the next call's `cursor`, null on the last page. */
export function pageOf<T extends z.ZodType>(item: T) {
    return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** A query parameter that is `true` or `false`. */
export const flag = z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true");
