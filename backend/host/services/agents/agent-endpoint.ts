import { endpointOf } from "../../../../common/schema/agent.ts";
import type { AgentTarget } from "../../core/agent-link.ts";

/** Host and port of a stored address; the address itself where Dockge has stored one that cannot be read. */
export function storedEndpoint(url: string): string {
    return URL.canParse(url) ? endpointOf(url) || url : url;
}

/** Where a stored address leads; undefined where it is none of a web server. */
export function targetOf(url: string, stackListChanges: boolean): AgentTarget | undefined {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !["http:", "https:"].includes(parsed.protocol)) {
        return undefined;
    }
    return { origin: parsed.origin, endpoint: parsed.host, stackListChanges };
}
