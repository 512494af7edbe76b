import type { AgentListEntry, AgentStatus } from "../../../common/socket/host-events.ts";

/** A browser that is logged in, for which other servers are connected. */
export interface AgentViewer {
    readonly id: string;
    readonly stackListChanges: boolean;
    /** A push of another server, already checked and marked with its endpoint. */
    forward(event: string, args: readonly unknown[]): void;
    /** Whether it reads slower than is sent to it. */
    isBehind(): boolean;
    tellStatus(status: AgentStatus): void;
    tellList(list: Readonly<Record<string, AgentListEntry>>): void;
}
