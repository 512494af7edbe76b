import { z } from "zod";
import { StackName } from "../schema/stack-name.ts";
import type { EventDefinition } from "./event.ts";

const text = (max: number): z.ZodString => z.string().max(max);
const files = z.tuple([StackName, text(5_000_000), text(1_000_000), z.boolean()]);
/** Stacks with names that cannot be managed may still be looked at. */
const anyName = z.string().min(1).max(255);

/** Dockge's direct events: `socket.emit(EVENT, ...args, ack)`. */
export const directEvents = {
    setup: { args: z.tuple([text(255).min(1), text(1024)]).rest(z.unknown()), right: "public" },
    login: {
        args: z.tuple([z.object({ username: text(255), password: text(1024), token: z.string().optional() })]),
        right: "public",
    },
    loginByToken: { args: z.tuple([text(8192)]), right: "public" },
    needSetup: { args: z.tuple([]), right: "public" },
    logout: { args: z.tuple([]), right: "public" },
    changePassword: {
        args: z.tuple([z.object({ currentPassword: text(1024), newPassword: text(1024) })]),
        right: "read",
    },
    getSettings: { args: z.tuple([]), right: "read" },
    setSettings: { args: z.tuple([z.record(z.string(), z.unknown()), text(1024).optional()]), right: "admin" },
    disconnectOtherSocketClients: { args: z.tuple([]), right: "read" },
} as const satisfies Record<string, EventDefinition>;

/** Dockge's agent-capable events: `socket.emit("agent", endpoint, EVENT, ...args, ack)`. */
export const agentEvents = {
    deployStack: { args: files, right: "edit" },
    saveStack: { args: files, right: "edit" },
    deleteStack: { args: z.tuple([StackName]), right: "edit" },
    getStack: { args: z.tuple([anyName]), right: "read" },
    requestStackList: { args: z.tuple([]), right: "read" },
    startStack: { args: z.tuple([StackName]), right: "deploy" },
    stopStack: { args: z.tuple([StackName]), right: "deploy" },
    restartStack: { args: z.tuple([StackName]), right: "deploy" },
    updateStack: { args: z.tuple([StackName]), right: "deploy" },
    downStack: { args: z.tuple([StackName]), right: "deploy" },
    serviceStatusList: { args: z.tuple([anyName]), right: "read" },
    getDockerNetworkList: { args: z.tuple([]), right: "read" },
    terminalJoin: { args: z.tuple([text(512)]), right: "read" },
    leaveCombinedTerminal: { args: z.tuple([anyName]), right: "read" },
    terminalResize: { args: z.tuple([text(512), z.int().min(1).max(500), z.int().min(1).max(1000)]), right: "read" },
    checkMainTerminal: { args: z.tuple([]), right: "read" },
} as const satisfies Record<string, EventDefinition>;

export type DirectEvent = keyof typeof directEvents;
export type AgentEvent = keyof typeof agentEvents;
