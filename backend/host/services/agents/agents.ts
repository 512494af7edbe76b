import type { AgentInput } from "../../../../common/schema/agent.ts";
import { AppError } from "../../../../common/errors.ts";
import type { AgentRecord, AgentStore } from "../../core/agent.ts";
import type { AgentViewer } from "../../core/agent-viewer.ts";
import type { Log } from "../../core/log.ts";
import { AgentConnection, notConnected, type AgentConnectionPorts } from "./agent-connection.ts";
import { storedEndpoint } from "./agent-endpoint.ts";
import { agentEntries, checkNewAgent } from "./agent-entries.ts";
import { testAgent } from "./test-agent.ts";

export interface AgentsPorts extends Omit<AgentConnectionPorts, "endpoints"> {
    readonly store: AgentStore;
    readonly log: Log;
}

interface Seat {
    readonly viewer: AgentViewer;
    /** By endpoint. */
    readonly connections: Map<string, AgentConnection>;
    /** Until the first list was read. */
    ready: Promise<void>;
}

/** Other servers that this one shows: each browser that is logged in has connections of its own to them. */
export class Agents {
    readonly #ports: AgentsPorts;
    readonly #seats = new Map<string, Seat>();
    #endpoints: readonly string[] = [];

    constructor(ports: AgentsPorts) {
        this.#ports = ports;
    }

    /** Sends a browser the list, and connects it to every server of it. */
    open(viewer: AgentViewer): void {
        const known = this.#seats.get(viewer.id);
        const seat: Seat = known ?? { viewer, connections: new Map(), ready: Promise.resolve() };
        this.#seats.set(viewer.id, seat);
        seat.connections.forEach((connection) => connection.tell());
        seat.ready = this.#read().then(
            (list) => this.#show(seat, list),
            (error: unknown) => this.#ports.log.error({ err: error }, "the list of agents could not be read"),
        );
    }

    /** Ends a browser's connections at once. */
    close(viewerId: string): void {
        const seat = this.#seats.get(viewerId);
        this.#seats.delete(viewerId);
        seat?.connections.forEach((connection) => connection.end());
        seat?.connections.clear();
    }

    /** The other server's own answer. Throws AppError `unavailable` where there is none. */
    async call(viewerId: string, endpoint: string, event: string, args: readonly unknown[]): Promise<object> {
        const seat = this.#seats.get(viewerId);
        await seat?.ready;
        const connection = seat?.connections.get(endpoint);
        if (connection === undefined) {
            throw notConnected(endpoint);
        }
        return connection.call(event, args);
    }

    /** Sends to every server that is connected, and waits for none. */
    callAll(viewerId: string, event: string, args: readonly unknown[]): void {
        const { log } = this.#ports;
        for (const connection of this.#seats.get(viewerId)?.connections.values() ?? []) {
            if (connection.isOnline()) {
                connection
                    .call(event, args)
                    .catch((error: unknown) => log.debug({ err: error, event }, "an agent gave no answer"));
            }
        }
    }

    /** Logs in there first. Throws AppError `invalid`, `conflict` or `unavailable`, never with the password. */
    async add(agent: AgentInput): Promise<void> {
        const { store, passwords } = this.#ports;
        const { url, username, name } = agent;
        checkNewAgent(url, await store.list());
        await testAgent(this.#ports, agent);
        // Another admin may have added it while this one was tested.
        checkNewAgent(url, await store.list());
        await store.create({ url, username, name, password: passwords.seal(url, agent.password) });
        await this.#showAll();
    }

    /** Throws AppError `not_found`. */
    async remove(url: string): Promise<void> {
        await this.#get(url);
        await this.#ports.store.delete(url);
        this.#ports.tokens.delete(url);
        await this.#showAll();
    }

    /** Throws AppError `not_found`. */
    async rename(url: string, name: string): Promise<void> {
        await this.#get(url);
        await this.#ports.store.rename(url, name);
        await this.#showAll();
    }

    stop(): void {
        [...this.#seats.keys()].forEach((viewerId) => this.close(viewerId));
    }

    async #get(url: string): Promise<AgentRecord> {
        const agent = await this.#ports.store.find(url);
        if (agent === undefined) {
            throw new AppError("not_found", "url: there is no agent with this address; load the page anew");
        }
        return agent;
    }

    async #read(): Promise<readonly AgentRecord[]> {
        const list = await this.#ports.store.list();
        this.#endpoints = list.map(({ url }) => storedEndpoint(url));
        return list;
    }

    async #showAll(): Promise<void> {
        const list = await this.#read();
        this.#seats.forEach((seat) => this.#show(seat, list));
    }

    /** Tells a browser the list, and brings its connections in line with it. */
    #show(seat: Seat, list: readonly AgentRecord[]): void {
        const { viewer, connections } = seat;
        // It may have gone while the list was read.
        if (this.#seats.get(viewer.id) !== seat) {
            return;
        }
        viewer.tellList(agentEntries(list));
        for (const connection of [...connections.values()]) {
            if (!list.some(({ url }) => url === connection.url)) {
                connection.end();
                connections.delete(connection.endpoint);
            }
        }
        const ports = { ...this.#ports, endpoints: () => this.#endpoints };
        for (const agent of list) {
            if (!connections.has(storedEndpoint(agent.url))) {
                connections.set(storedEndpoint(agent.url), new AgentConnection(ports, agent, viewer));
            }
        }
    }
}
