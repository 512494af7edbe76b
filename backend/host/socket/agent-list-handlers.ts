import type { agentListEvents } from "../../../common/socket/agent-list-events.ts";
import type { DirectAnswers } from "../../../common/socket/host-events.ts";
import type { Agents } from "../services/agents/agents.ts";
import type { DirectContext } from "./context.ts";
import type { EventHandlers } from "./event-table.ts";

type AgentListHandlers = EventHandlers<
    typeof agentListEvents,
    DirectContext,
    Pick<DirectAnswers, keyof typeof agentListEvents>
>;

/** Dockge's events for the list of other servers. */
export function agentListHandlers(agents: Pick<Agents, "add" | "remove" | "rename">): AgentListHandlers {
    return {
        async addAgent([agent]) {
            await agents.add(agent);
            return { msg: "agentAddedSuccessfully", msgi18n: true };
        },
        async removeAgent([url]) {
            await agents.remove(url);
            return { msg: "agentRemovedSuccessfully", msgi18n: true };
        },
        async updateAgent([url, name]) {
            await agents.rename(url, name);
            return { msg: "agentUpdatedSuccessfully", msgi18n: true };
        },
    };
}
