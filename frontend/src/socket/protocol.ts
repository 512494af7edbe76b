import type { z } from "zod";
import type { StackDetails, StackSummary } from "../../../common/schema/stack.ts";
import { cicdEvents, type CicdAnswers, type CicdPushes } from "../../../common/socket/cicd-events.ts";
import { agentEvents, directEvents, type MachineServices } from "../../../common/socket/host-events.ts";

/** Every event the page may send, with the schema of its arguments. */
export const events = { ...directEvents, ...agentEvents, ...cicdEvents };

export type EventName = keyof typeof events;
export type EventInput<E extends EventName> = z.input<(typeof events)[E]["args"]>;

interface Said {
    readonly msg?: string;
}

/** A service's state: a text (Dockge 1.5) or one entry per container (newer Dockge). */
export type ServiceState = string | readonly { readonly status: string; readonly name: string }[];

/** What a good answer to Dockge's own events carries beside `ok: true`. */
export interface HostAnswers {
    setup: Said;
    login: Said & { readonly token: string };
    loginByToken: Said;
    needSetup: Said & { readonly needSetup?: boolean; readonly codeRequired?: boolean };
    logout: Said;
    changePassword: Said;
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
    };
    getDockerNetworkList: { readonly dockerNetworkList: readonly string[] };
    terminalJoin: { readonly buffer: string };
    leaveCombinedTerminal: Said;
    terminalResize: Said;
    checkMainTerminal: Said;
}

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
    readonly primaryHostname?: string;
    readonly engine?: EngineInfo;
}

/** Pushes outside `agent`. */
export interface DirectPushes {
    info: [info: ServerInfo];
    setup: [details?: { readonly codeRequired?: boolean }];
    autoLogin: [];
    refresh: [];
}

export interface StackListPush {
    readonly ok: boolean;
    readonly stackList: Readonly<Record<string, StackSummary>>;
}

/** Pushes through `agent`; the proxy adds `endpoint` to each object. */
export interface AgentPushes {
    stackList: [list: StackListPush];
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
