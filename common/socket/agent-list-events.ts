import { z } from "zod";
import { AgentInput } from "../schema/agent.ts";
import type { EventDefinition } from "./event.ts";

const url = z.string().min(1).max(255);

/** Dockge's direct events for the list of other servers. */
export const agentListEvents = {
    /** Logs in there first; saved only where that works. */
    addAgent: { args: z.tuple([AgentInput]), right: "admin" },
    removeAgent: { args: z.tuple([url]), right: "admin" },
    /** The name for people; "" takes it away. */
    updateAgent: { args: z.tuple([url, z.string().max(255)]), right: "admin" },
} as const satisfies Record<string, EventDefinition>;
