import type { AgentRecord, AgentStore } from "../../backend/host/core/agent.ts";
import type { AgentLinkListener, AgentTarget, ConnectAgent } from "../../backend/host/core/agent-link.ts";
import type { AgentViewer } from "../../backend/host/core/agent-viewer.ts";
import type { SecretBox } from "../../backend/host/core/secret-box.ts";
import { AppError } from "../../common/errors.ts";
import type { AgentListEntry, AgentStatus } from "../../common/socket/host-events.ts";

/** One connection to a played server. */
export interface FakeLink {
    readonly target: AgentTarget;
    readonly listener: AgentLinkListener;
    readonly calls: { readonly event: string; readonly args: readonly unknown[]; readonly timeoutMs: number }[];
    isEnded: boolean;
}

type Play = (event: string, args: readonly unknown[], link: FakeLink) => unknown;

/** Played servers: each connection is noted, and answers as `play` says. */
export function createFakeAgents(play: Play = () => ({ ok: true, token: "token" })) {
    const links: FakeLink[] = [];
    const state = { play };
    const connect: ConnectAgent = (target, listener) => {
        const link: FakeLink = { target, listener, calls: [], isEnded: false };
        links.push(link);
        return {
            async call(event, args, timeoutMs) {
                if (link.isEnded) {
                    throw new AppError("unavailable", "lost");
                }
                link.calls.push({ event, args, timeoutMs });
                return state.play(event, args, link);
            },
            end: () => void (link.isEnded = true),
        };
    };
    return { links, connect, state, last: () => links.at(-1) ?? fail() };
}

function fail(): never {
    throw new Error("nothing was connected");
}

/** Time that stands still until it is moved on. */
export function createFakeTimers() {
    let now = 0;
    const timers = new Map<() => void, number>();
    return {
        after(milliseconds: number, callback: () => void) {
            const once = (): void => callback();
            timers.set(once, now + milliseconds);
            return () => void timers.delete(once);
        },
        /** Calls back what is due within so many milliseconds. */
        pass(milliseconds: number) {
            now += milliseconds;
            for (const [callback, due] of [...timers]) {
                if (due <= now && timers.delete(callback)) {
                    callback();
                }
            }
        },
        waiting: () => timers.size,
    };
}

/** A browser that notes what it is told. */
export function createFakeViewer(id = "browser") {
    const statuses: AgentStatus[] = [];
    const lists: Readonly<Record<string, AgentListEntry>>[] = [];
    const pushes: { readonly event: string; readonly args: readonly unknown[] }[] = [];
    const state = { isBehind: false };
    const viewer: AgentViewer = {
        id,
        stackListChanges: true,
        forward: (event, args) => void pushes.push({ event, args }),
        isBehind: () => state.isBehind,
        tellStatus: (status) => void statuses.push(status),
        tellList: (list) => void lists.push(list),
    };
    return { viewer, statuses, lists, pushes, state };
}

export function createMemoryAgentStore(first: readonly AgentRecord[] = []): AgentStore {
    let agents = [...first];
    const change = (url: string, fields: Partial<AgentRecord>): void => {
        agents = agents.map((agent) => (agent.url === url ? { ...agent, ...fields } : agent));
    };
    return {
        list: async () => agents,
        find: async (url) => agents.find((agent) => agent.url === url),
        async create(agent) {
            const created = { ...agent, id: agents.length + 1, active: true };
            agents = [...agents, created];
            return created;
        },
        rename: async (url, name) => change(url, { name }),
        setPassword: async (url, password) => change(url, { password }),
        delete: async (url) => void (agents = agents.filter((agent) => agent.url !== url)),
    };
}

/** Seals so that it can be seen; `key` is what a wrong one differs in. */
export function fakeSecretBox(key = "key"): SecretBox {
    const isSealed = (stored: string): boolean => stored.startsWith("cicd:");
    return {
        isSealed,
        seal: (text, context) => `cicd:${key}|${context}|${text}`,
        open(stored, context) {
            if (!isSealed(stored)) {
                return stored;
            }
            const prefix = `cicd:${key}|${context}|`;
            if (!stored.startsWith(prefix)) {
                throw new AppError("conflict", "encryption key: another one");
            }
            return stored.slice(prefix.length);
        },
    };
}
