import { z } from "zod";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import type { Clock } from "../../core/clock.ts";
import type { StackStateStore } from "../../core/stack-state.ts";

const tableName = "stack_states";
const Stopped = z.array(z.object({ stopped: z.int() }));
const Pins = z.array(
    z.object({
        pinned_deployment_id: z.string().nullable(),
        pinned_by: z.string().nullable(),
        pinned_at: z.string().nullable(),
    }),
);

/** What users want of their stacks, in SQLite. A stack without a row was never stopped, and is not pinned. */
export function createStackStateStore(ports: { readonly database: Database; readonly clock: Clock }): StackStateStore {
    const { knex } = ports.database;

    async function save(stackId: string, fields: Readonly<Record<string, string | boolean | null>>): Promise<void> {
        const changed = { ...fields, updated_at: ports.clock.now().toISOString() };
        const row = { stack_id: stackId, stopped: false, ...changed };
        await orUnavailable(knex(tableName).insert(row).onConflict("stack_id").merge(Object.keys(changed)));
    }

    return {
        async isStopped(stackId) {
            const rows: unknown = await orUnavailable(knex(tableName).where({ stack_id: stackId }).select("stopped"));
            return Stopped.parse(rows)[0]?.stopped === 1;
        },
        setStopped: (stackId, stopped) => save(stackId, { stopped }),
        async findPin(stackId) {
            const columns = ["pinned_deployment_id", "pinned_by", "pinned_at"];
            const rows: unknown = await orUnavailable(knex(tableName).where({ stack_id: stackId }).select(columns));
            const { pinned_deployment_id: deploymentId, pinned_by: by, pinned_at: at } = Pins.parse(rows)[0] ?? {};
            return deploymentId && by && at ? { deploymentId, by, at } : undefined;
        },
        setPin: (stackId, pin) =>
            save(stackId, {
                pinned_deployment_id: pin?.deploymentId ?? null,
                pinned_by: pin?.by ?? null,
                pinned_at: pin?.at ?? null,
            }),
    };
}
