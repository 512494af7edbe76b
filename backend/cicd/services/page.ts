import type { Page } from "../../../common/schema/page.ts";

export type MutablePage<T> = { items: T[]; nextCursor: string | null } & Page<T>;

/** A page of at most `limit` out of rows that were asked for with `limit + 1`; the cursor is the last row's id. */
export function pageOf<T extends { readonly id: string }>(rows: readonly T[], limit: number): MutablePage<T> {
    const items = rows.slice(0, limit);
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
