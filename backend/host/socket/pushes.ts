import type { AgentPushes, EngineState, PublicInfo, ServerInfo } from "../../../common/socket/host-events.ts";
import type { StackList } from "../services/list-stacks.ts";
import { serverInfo, type ServerFacts } from "../services/server-info.ts";
import type { Session } from "./session.ts";

export interface PushPorts {
    readonly facts: ServerFacts;
    readonly engine: () => EngineState;
    readonly list: () => StackList;
    readonly primaryHostname: () => string;
}

/** The host name in links to a stack's ports: the setting, else the name under which this client reached the server. */
export function hostnameFor(session: Session, setting: string): string {
    return setting || session.endpoint.replace(/:\d+$/, "") || session.hostname || "localhost";
}

export function sendInfo(ports: PushPorts, session: Session): void {
    const hostname = hostnameFor(session, ports.primaryHostname());
    const info: PublicInfo | ServerInfo =
        session.caller() === undefined
            ? { primaryHostname: hostname }
            : serverInfo(ports.facts, ports.engine(), hostname);
    session.emit("info", info);
}

export function sendStackList(session: Session, list: StackList): void {
    const { endpoint } = session;
    const own = Object.entries(list).map(([name, stack]) => [name, { ...stack, endpoint }] as const);
    const [push]: AgentPushes["stackList"] = [{ ok: true, stackList: Object.fromEntries(own), endpoint }];
    session.emitAgent("stackList", push);
}

/** Dockge's first pushes after a login. */
export function sendAfterLogin(ports: PushPorts, session: Session): void {
    sendInfo(ports, session);
    session.emit("agentList", { ok: true, agentList: { "": thisServer } });
    sendStackList(session, ports.list());
}

const thisServer = { url: "", username: "", endpoint: "", name: "", updatedName: "" };
