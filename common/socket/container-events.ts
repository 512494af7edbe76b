import { z } from "zod";
import type { StackStats } from "../schema/container-stats.ts";
import type { ImageUpdate, StackUpdate } from "../schema/image-update.ts";
import { PruneRequest, type PruneReport } from "../schema/prune.ts";
import { ServiceName } from "../schema/service-name.ts";
import { Shell } from "../schema/shell.ts";
import { DockgeStackName as StackName } from "../schema/stack-name.ts";
import type { Done, EventDefinition } from "./event.ts";

const terminalName = z.string().max(512);
const replica = z.int().min(0).max(999);

/** Agent-capable events for single services, their shells, and the engine. The first eight are Dockge's. */
export const containerEvents = {
    startService: { args: z.tuple([StackName, ServiceName]), right: "deploy" },
    stopService: { args: z.tuple([StackName, ServiceName]), right: "deploy" },
    restartService: { args: z.tuple([StackName, ServiceName]), right: "deploy" },
    /** By container name: the rows that `docker stats` prints as JSON. */
    dockerStats: { args: z.tuple([]), right: "read" },
    /** What somebody types. */
    terminalInput: { args: z.tuple([terminalName, z.string().max(1_000_000)]), right: "edit" },
    /** Opens the server's console, whatever name is asked for. */
    mainTerminal: { args: z.tuple([terminalName]), right: "admin" },
    /** Opens a shell in a service's container: the first, or the replica with that index (0 is the first). */
    interactiveTerminal: { args: z.tuple([StackName, ServiceName, Shell, replica.optional()]), right: "edit" },
    checkMainTerminal: { args: z.tuple([]), right: "read" },
    /** Looks no longer; a shell that nobody looks at is ended a minute later. */
    leaveTerminal: { args: z.tuple([terminalName]), right: "read" },
    /** From now on `containerStats` is pushed about every two seconds. */
    subscribeStats: { args: z.tuple([StackName]), right: "read" },
    unsubscribeStats: { args: z.tuple([StackName]), right: "read" },
    checkImageUpdates: { args: z.tuple([StackName]), right: "read" },
    /** One after the other; `stackUpdates` is pushed as it goes on. Answered at once. */
    updateStacks: { args: z.tuple([z.array(StackName).min(1).max(1000)]), right: "deploy" },
    pruneEngine: { args: z.tuple([PruneRequest]), right: "admin" },
} as const satisfies Record<string, EventDefinition>;

/** What a good answer to each of them carries beside `ok: true`. */
export interface ContainerAnswers {
    startService: Done;
    stopService: Done;
    restartService: Done;
    dockerStats: { readonly dockerStats: Readonly<Record<string, Readonly<Record<string, string>>>> };
    terminalInput: object;
    mainTerminal: object;
    interactiveTerminal: object;
    /** Whether the server's console is enabled. */
    checkMainTerminal: object;
    leaveTerminal: object;
    subscribeStats: object;
    unsubscribeStats: object;
    checkImageUpdates: { readonly updates: readonly ImageUpdate[] };
    updateStacks: { readonly updates: readonly StackUpdate[] };
    pruneEngine: { readonly report: PruneReport };
}

/** Pushes that belong to them. */
export interface ContainerPushes {
    containerStats: [StackStats];
    stackUpdates: [{ readonly updates: readonly StackUpdate[] }];
}
