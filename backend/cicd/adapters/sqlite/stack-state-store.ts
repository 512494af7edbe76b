import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { Clock } from "../../core/clock.ts";
import type { StackStateStore } from "../../core/stack-state.ts";

const tableName = "stack_states";
const Stopped = z.array(z.object({ stopped: z.int() }));

/** What users want of their stacks, in SQLite. A stack without a row was never stopped. */
export function createStackStateStore(ports: { readonly database: Database; readonly clock: Clock }): StackStateStore {
    const { knex } = ports.database;
    return {
        async isStopped(stackId) {
            const rows: unknown = await orUnavailable(knex(tableName).where({ stack_id: stackId }).select("stopped"));
            return Stopped.parse(rows)[0]?.stopped === 1;
        },
        async setStopped(stackId, stopped) {
            const row = { stack_id: stackId, stopped, updated_at: ports.clock.now().toISOString() };
            await orUnavailable(knex(tableName).insert(row).onConflict("stack_id").merge());
        },
    };
}
