import { z } from "zod";

/** A page of a list: `cursor` is the last answer's `nextCursor`. */
export const PageQuery = z.object({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().max(255).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

export interface Page<T> {
    readonly items: readonly T[];
    readonly nextCursor: string | null;
}
