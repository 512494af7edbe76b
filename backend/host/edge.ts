import type { AddressInfo } from "node:net";
import type { HostOptions } from "./host-options.ts";
import { createHttpApp, type Router } from "./http/app.ts";
import { createListener, listen, stopListening } from "./http/listener.ts";
import { readGeneralSettings, type GeneralSettings } from "./services/general-settings.ts";
import type { StackList } from "./services/list-stacks.ts";
import type { AgentContext } from "./socket/context.ts";
import { createConnections, type ConnectionsPorts } from "./socket/connections.ts";
import type { EventHandlers, EventTable } from "./socket/event-table.ts";
import { createSocketServer, type SocketServer } from "./socket/server.ts";
import type { Session } from "./socket/session.ts";

export type EdgePorts = HostOptions & Omit<ConnectionsPorts, "sessions" | "general" | "onSettings" | "facts">;

/** The server's two edges, HTTP and sockets, on one port. */
export interface Edge {
    start(): Promise<AddressInfo>;
    stop(): Promise<void>;
    /** Whether anybody is logged in. */
    isWatched(): boolean;
    pushList(list: StackList): void;
    pushInfo(): void;
    push(event: string, payload: object): void;
    addRouters(routers: readonly Router[]): void;
    registerAgentEvents<T extends EventTable>(table: T, handlers: EventHandlers<T, AgentContext>): void;
}

/** How long a connection may go on whose login has expired. */
const endedLoginsEveryMilliseconds = 60_000;

export function createEdge(ports: EdgePorts): Edge {
    const { config, settings, log, pageDirectory } = ports;
    const routers: Router[] = [];
    let general: GeneralSettings = { primaryHostname: "", disableAuth: false, trustProxy: false };
    let sockets: SocketServer | undefined;
    let stopHttp = async (): Promise<void> => undefined;

    const trustProxy = (): boolean => general.trustProxy;
    const sessions = (): readonly Session[] => sockets?.sessions() ?? [];
    const connections = createConnections({
        ...ports,
        facts: { isContainer: config.isContainer, productVersion: ports.productVersion },
        sessions,
        general: () => general,
        onSettings: async () => {
            general = await readGeneralSettings(settings);
            connections.pushInfo();
        },
    });

    return {
        ...connections,
        addRouters: (given) => void routers.push(...given),
        async start() {
            general = await readGeneralSettings(settings);
            const isSecure = config.tls !== undefined;
            const app = createHttpApp({ routers, pageDirectory, isSecure, trustProxy, log });
            const http = await createListener(app, config.tls);
            sockets = createSocketServer(http, {
                baseUrl: config.baseUrl,
                trustProxy,
                onConnect: connections.greet,
                onEvent: connections.serve,
            });
            const address = await listen(http, config.port, config.hostname);
            const timer = setInterval(connections.endConnections, endedLoginsEveryMilliseconds).unref();
            stopHttp = () => {
                clearInterval(timer);
                return stopListening(http);
            };
            return address;
        },
        async stop() {
            sockets?.stop();
            await stopHttp();
        },
    };
}
