import type { AgentViewer } from "../core/agent-viewer.ts";
import type { Agents } from "../services/agents/agents.ts";
import type { Session } from "./session.ts";

const thisServer = { url: "", username: "", endpoint: "", name: "", updatedName: "" };

/** Connects a browser that has logged in to the other servers. A main server is told of none: it shows its own. */
export function showAgents(agents: Agents, session: Session): void {
    if (session.endpoint !== "") {
        session.emit("agentList", { ok: true, agentList: { "": thisServer } });
        return;
    }
    session.onEnd(() => agents.close(session.id));
    agents.open(toViewer(session));
}

function toViewer(session: Session): AgentViewer {
    return {
        id: session.id,
        stackListChanges: session.stackListChanges,
        forward: session.forward,
        isBehind: session.isBehind,
        tellStatus: (status) => session.emit("agentStatus", status),
        tellList: (agentList) => session.emit("agentList", { ok: true, agentList }),
    };
}
