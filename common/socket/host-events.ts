import { z } from "zod";
import type { StackDetails, StackSummary } from "../schema/stack.ts";
import { DockgeStackName as StackName } from "../schema/stack-name.ts";
import { StackFileOptions, DeleteOptions } from "../schema/stack-options.ts";
import { accountEvents, type AccountAnswers } from "./account-events.ts";
import { agentListEvents } from "./agent-list-events.ts";
import { containerEvents, type ContainerAnswers, type ContainerPushes } from "./container-events.ts";
import type { Done, EventDefinition } from "./event.ts";

const text = (max: number): z.ZodString => z.string().max(max);
const files = z.tuple([StackName, text(5_000_000), text(1_000_000), z.boolean(), StackFileOptions.optional()]);
/** Stacks with names that cannot be managed may still be looked at. */
const anyName = z.string().min(1).max(255);

/** Dockge's direct events: `socket.emit(EVENT, ...args, ack)`. */
export const directEvents = {
    /** The third argument is the one-time code of the server's log, where one is asked for. */
    setup: { args: z.tuple([text(255).min(1), text(1024), text(255).nullish()]), right: "public" },
    login: {
        args: z.tuple([z.object({ username: text(255), password: text(1024), token: text(1024).nullish() })]),
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
    setSettings: { args: z.tuple([z.record(z.string(), z.unknown()), text(1024).nullish()]), right: "admin" },
    disconnectOtherSocketClients: { args: z.tuple([]), right: "read" },
    composerize: { args: z.tuple([text(20_000)]), right: "read" },
    ...accountEvents,
    ...agentListEvents,
} as const satisfies Record<string, EventDefinition>;

/** Dockge's agent-capable events: `socket.emit("agent", endpoint, EVENT, ...args, ack)`. */
export const agentEvents = {
    deployStack: { args: files, right: "edit" },
    saveStack: { args: files, right: "edit" },
    deleteStack: { args: z.tuple([StackName, DeleteOptions.optional()]), right: "edit" },
    getStack: { args: z.tuple([anyName]), right: "read" },
    requestStackList: { args: z.tuple([]), right: "read" },
    startStack: { args: z.tuple([StackName]), right: "deploy" },
    stopStack: { args: z.tuple([StackName]), right: "deploy" },
    restartStack: { args: z.tuple([StackName]), right: "deploy" },
    updateStack: { args: z.tuple([StackName]), right: "deploy" },
    downStack: { args: z.tuple([StackName]), right: "deploy" },
    serviceStatusList: { args: z.tuple([anyName]), right: "read" },
    getDockerNetworkList: { args: z.tuple([]), right: "read" },
    /** Answers what the terminal shows, and subscribes the socket to what follows. */
    terminalJoin: { args: z.tuple([text(512)]), right: "read" },
    leaveCombinedTerminal: { args: z.tuple([anyName]), right: "read" },
    terminalResize: { args: z.tuple([text(512), z.int().min(1).max(500), z.int().min(1).max(1000)]), right: "read" },
    ...containerEvents,
} as const satisfies Record<string, EventDefinition>;

/** What a good answer to each direct event carries beside `ok: true`. */
export interface DirectAnswers extends AccountAnswers {
    setup: Done;
    /** `tokenRequired` in the place of `ok` and `token` for a user with two-factor login. */
    login: { readonly token: string } | { readonly tokenRequired: true };
    loginByToken: object;
    needSetup: SetupState;
    logout: object;
    /** `token`: of a new login in the place of the one that ended with the old password. */
    changePassword: Done & { readonly token: string };
    getSettings: { readonly data: Readonly<Record<string, unknown>> };
    setSettings: Done;
    disconnectOtherSocketClients: object;
    composerize: { readonly composeTemplate: string };
    addAgent: Done;
    removeAgent: Done;
    updateAgent: Done;
}

/** What a good answer to each agent-capable event carries beside `ok: true`. */
export interface AgentAnswers extends ContainerAnswers {
    deployStack: Done;
    saveStack: Done;
    deleteStack: Done;
    getStack: { readonly stack: StackDetails };
    requestStackList: Done;
    startStack: Done;
    stopStack: Done;
    restartStack: Done;
    updateStack: Done;
    downStack: Done;
    /** Service → health, or state where there is no health check. */
    serviceStatusList: {
        readonly serviceStatusList: Readonly<Record<string, string>>;
        /** Only of a stack that is deployed to other machines: each of its machines. */
        readonly machines?: readonly MachineServices[] | undefined;
        /** Each container on this machine, in the order of their replicas; Dockge does not tell them. */
        readonly containers?: readonly ServiceContainer[] | undefined;
    };
    getDockerNetworkList: { readonly dockerNetworkList: readonly string[] };
    terminalJoin: { readonly buffer: string };
    leaveCombinedTerminal: object;
    terminalResize: object;
}

/** A container of a service. */
export interface ServiceContainer {
    readonly service: string;
    readonly name: string;
    /** Which replica it is; 0 is the first. */
    readonly index: number;
    /** Health, or state where there is no health check. */
    readonly status: string;
    /** What it was made of, which an edited compose file may not name any more. */
    readonly image: string;
}

/** What one of a stack's machines runs of it. */
export interface MachineServices {
    /** Undefined for this machine. */
    readonly name?: string | undefined;
    /** Where its published ports are reached; undefined for this machine. */
    readonly hostname?: string | undefined;
    readonly services: Readonly<Record<string, string>>;
}

/** Whether the first user is still to be made, and whether that takes the code of the server's log. */
export interface SetupState {
    readonly needSetup: boolean;
    readonly codeRequired: boolean;
}

/** Whether the Docker engine answers; `message` is a sentence with the way out. */
export interface EngineState {
    readonly available: boolean;
    readonly message?: string | undefined;
}

/** What `info` carries before login, and what it adds after it. */
export interface PublicInfo {
    readonly primaryHostname: string;
}
export interface ServerInfo extends PublicInfo {
    /** The version of Dockge's protocol: main servers drop agents below 1.4.0. */
    readonly version: string;
    readonly latestVersion?: string | undefined;
    readonly isContainer: boolean;
    readonly product: string;
    readonly productVersion: string;
    readonly engine: EngineState;
}

/** How another server is reached; `msg` tells why it is offline. */
export interface AgentStatus {
    readonly endpoint: string;
    readonly status: "connecting" | "online" | "offline";
    readonly msg?: string | undefined;
}

export interface AgentListEntry {
    readonly url: string;
    readonly username: string;
    readonly endpoint: string;
    readonly name: string;
    readonly updatedName: string;
}

/** Direct pushes: `socket.on(EVENT, ...args)`. */
export interface DirectPushes {
    info: [PublicInfo | ServerInfo];
    setup: [{ readonly codeRequired: boolean }];
    autoLogin: [];
    refresh: [];
    agentStatus: [AgentStatus];
    agentList: [{ readonly ok: true; readonly agentList: Readonly<Record<string, AgentListEntry>> }];
}

/** Agent-capable pushes: `socket.on("agent", (EVENT, ...args))`. */
export interface AgentPushes extends ContainerPushes {
    stackList: [
        {
            readonly ok: true;
            readonly stackList: Readonly<Record<string, StackSummary>>;
            readonly endpoint: string;
        },
    ];
    /** In the place of `stackList` for those who asked for it: what differs from the list they have. */
    stackListChange: [
        {
            readonly ok: true;
            readonly changed: Readonly<Record<string, StackSummary>>;
            readonly removed: readonly string[];
            readonly endpoint: string;
        },
    ];
    terminalWrite: [terminalName: string, data: string];
    terminalExit: [terminalName: string, exitCode: number];
}

/** In the place of an endpoint: every connected server, this one too. */
export const allEndpoints = "##ALL_DOCKGE_ENDPOINTS##";
