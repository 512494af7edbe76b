import type { EngineState, PublicInfo, ServerInfo } from "../../../common/socket/host-events.ts";
import type { StackList } from "../services/list-stacks.ts";
import { serverInfo, type ServerFacts } from "../services/server-info.ts";
import type { Session } from "./session.ts";
import type { StackListPushes } from "./stack-list-pushes.ts";

export interface PushPorts {
    readonly facts: ServerFacts;
    readonly engine: () => EngineState;
    readonly list: () => StackList;
    readonly lists: StackListPushes;
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

/** Dockge's first pushes after a login, behind `info`. */
export function sendAfterLogin(ports: PushPorts, session: Session): void {
    ports.lists.sendWhole(session, ports.list());
}
