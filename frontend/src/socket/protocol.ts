import type { z } from "zod";
import type { StackDetails, StackSummary } from "../../../common/schema/stack.ts";
import { cicdEvents, type CicdAnswers, type CicdPushes } from "../../../common/socket/cicd-events.ts";
import {
    agentEvents,
    directEvents,
    type AgentAnswers,
    type AgentListEntry,
    type AgentPushes as HostPushes,
    type AgentStatus,
    type DirectAnswers,
    type MachineServices,
    type ServiceContainer,
} from "../../../common/socket/host-events.ts";

/** Every event the page may send, with the schema of its arguments. */
export const events = { ...directEvents, ...agentEvents, ...cicdEvents };

export type EventName = keyof typeof events;
export type EventInput<E extends EventName> = z.input<(typeof events)[E]["args"]>;

interface Said {
    readonly msg?: string;
}

/** A service's state: a text (Dockge 1.5) or one entry per container (newer Dockge). */
export type ServiceState = string | readonly { readonly status: string; readonly name: string }[];

/** What a good answer to Dockge's own events carries beside `ok: true`, where other hosts answer less than ours. */
interface LooseAnswers {
    setup: Said;
    login: Said & { readonly token: string };
    loginByToken: Said;
    needSetup: Said & { readonly needSetup?: boolean; readonly codeRequired?: boolean };
    logout: Said;
    changePassword: Said & { readonly token?: string };
    getSettings: { readonly data: Readonly<Record<string, unknown>> };
    setSettings: Said;
    disconnectOtherSocketClients: Said;
    deployStack: Said;
    saveStack: Said;
    deleteStack: Said;
    getStack: { readonly stack: StackDetails };
    requestStackList: Said;
    startStack: Said;
    stopStack: Said;
    restartStack: Said;
    updateStack: Said;
    downStack: Said;
    serviceStatusList: {
        readonly serviceStatusList: Readonly<Record<string, ServiceState>>;
        readonly machines?: readonly MachineServices[];
        readonly containers?: readonly ServiceContainer[];
    };
    getDockerNetworkList: { readonly dockerNetworkList: readonly string[] };
    terminalJoin: { readonly buffer: string };
    leaveCombinedTerminal: Said;
    terminalResize: Said;
}

type HostAnswers = Omit<DirectAnswers & AgentAnswers, keyof LooseAnswers> & LooseAnswers;

export type Answer<E extends EventName> = (HostAnswers & CicdAnswers)[E];

/** The state of the Docker engine, as `info` tells it. */
export interface EngineInfo {
    readonly available: boolean;
    readonly version?: string | undefined;
    readonly message?: string | undefined;
}

export interface ServerInfo {
    readonly version?: string;
    readonly latestVersion?: string;
    readonly isContainer?: boolean;
    readonly productVersion?: string;
    readonly primaryHostname?: string;
    readonly engine?: EngineInfo;
}

/** Pushes outside `agent`. */
export interface DirectPushes {
    info: [info: ServerInfo];
    setup: [details?: { readonly codeRequired?: boolean }];
    autoLogin: [];
    refresh: [];
    agentStatus: [status: AgentStatus];
    agentList: [list: AgentListPush];
}

export const directPushNames = [
    "info",
    "setup",
    "autoLogin",
    "refresh",
    "agentStatus",
    "agentList",
] as const satisfies readonly (keyof DirectPushes)[];

/** Hosts of older versions know no names. */
export interface AgentListPush {
    readonly agentList: Readonly<Record<string, Pick<AgentListEntry, "url"> & Partial<AgentListEntry>>>;
}

export interface StackListPush {
    readonly ok: boolean;
    readonly stackList: Readonly<Record<string, StackSummary>>;
    readonly endpoint?: string;
}

/** Pushes through `agent`; the proxy adds `endpoint` to each object. */
export interface AgentPushes {
    stackList: [list: StackListPush];
    stackListChange: HostPushes["stackListChange"];
    containerStats: HostPushes["containerStats"];
    stackUpdates: HostPushes["stackUpdates"];
    terminalWrite: [terminal: string, data: string];
    terminalExit: [terminal: string, exitCode: number];
    deploymentStatusUpdate: [update: CicdPushes["deploymentStatusUpdate"]];
    deploymentHealthUpdate: [update: CicdPushes["deploymentHealthUpdate"]];
    buildLogUpdate: [update: CicdPushes["buildLogUpdate"]];
    webhookEventUpdate: [update: CicdPushes["webhookEventUpdate"]];
    gitRepositoryUpdate: [update: CicdPushes["gitRepositoryUpdate"]];
    stackPinUpdate: [update: CicdPushes["stackPinUpdate"]];
    pipelineUpdate: [update: CicdPushes["pipelineUpdate"]];
    jobLogUpdate: [update: CicdPushes["jobLogUpdate"]];
}

export type Pushes = DirectPushes & AgentPushes;
export type PushName = keyof Pushes;
