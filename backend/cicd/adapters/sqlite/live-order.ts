import { deploymentsTable } from "./deployment-row.ts";

/** The deployment that a stack runs: the one that went live last, whenever its row was made. */
export const isLive = "stack_id = ? and live_order is not null order by live_order desc";

const highest = `select coalesce(max(went.live_order), 0) + 1 from ${deploymentsTable} as went where went.live_order is not null`;

/** The place of a row of this stack (`?`) that goes live now. */
export const nextLiveOrder = `(${highest} and went.stack_id = ?)`;

/** The place of the row that an UPDATE is about. */
export const nextLiveOrderOfRow = `(${highest} and went.stack_id = ${deploymentsTable}.stack_id)`;
