import { AppError } from "../../../../common/errors.ts";
import type { AgentListEntry } from "../../../../common/socket/host-events.ts";
import type { AgentRecord } from "../../core/agent.ts";
import { storedEndpoint } from "./agent-endpoint.ts";

const greatestCount = 100;

/** What pages are told: this server first, and no passwords. */
export function agentEntries(agents: readonly AgentRecord[]): Readonly<Record<string, AgentListEntry>> {
    const entries = agents.map(({ url, username, name = "" }): readonly [string, AgentListEntry] => {
        const endpoint = storedEndpoint(url);
        return [endpoint, { url, username, endpoint, name, updatedName: "" }];
    });
    return Object.fromEntries([["", { url: "", username: "", endpoint: "", name: "", updatedName: "" }], ...entries]);
}

/**
 * Throws AppError `invalid` for a host that could not be told apart in the names of terminals, and `conflict` for one
 * that is there already or where there are enough.
 */
export function checkNewAgent(url: string, agents: readonly AgentRecord[]): void {
    const endpoint = storedEndpoint(url);
    if (!/^[A-Za-z0-9[]/.test(endpoint)) {
        throw new AppError("invalid", "url: the host's name must start with a letter or digit; use its address");
    }
    if (agents.some((agent) => storedEndpoint(agent.url) === endpoint)) {
        throw new AppError("conflict", `url: the agent ${endpoint} is there already; remove it first`);
    }
    if (agents.length >= greatestCount) {
        throw new AppError("conflict", `url: there are ${greatestCount} agents already; remove one first`);
    }
}
