import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agentEvents, directEvents, type AgentPushes, type DirectPushes } from "../../../common/socket/host-events.ts";

/** The journeys that play Dockge's conversations. */
const folder = join(import.meta.dirname, "../../e2e");
const played = readdirSync(folder)
    .filter((name) => /^protocol-.*\.test\.ts$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");

const pushes = {
    info: "direct",
    setup: "direct",
    autoLogin: "direct",
    refresh: "direct",
    agentStatus: "direct",
    agentList: "direct",
    stackList: "agent",
    stackListChange: "agent",
    terminalWrite: "agent",
    terminalExit: "agent",
    containerStats: "agent",
    stackUpdates: "agent",
} as const satisfies Record<keyof DirectPushes | keyof AgentPushes, "direct" | "agent">;

/** Pushes that the test's browser gathers under words of its own. */
const seen: Readonly<Record<string, RegExp>> = { terminalWrite: /\.terminal\(/, terminalExit: /\.exits\(/ };

/** Whether a journey emits the event itself: a name in a table of refusals does not count. */
function isCalled(event: string): boolean {
    return new RegExp(`\\b(?:call|agent)\\(\\s*(?:"agent",\\s*[^,]+,\\s*)?"${event}"`).test(played);
}

describe("the played conversations", () => {
    it.each(Object.keys(directEvents))("have the direct event %s", (event) => {
        expect(isCalled(event)).toBe(true);
    });

    it.each(Object.keys(agentEvents))("have the agent-capable event %s", (event) => {
        expect(isCalled(event)).toBe(true);
    });

    it.each(Object.keys(pushes))("have the push %s", (push) => {
        expect(played).toMatch(seen[push] ?? new RegExp(`"(?:agent )?${push}"`));
    });

    it.each(["compose-", "combined-", "container-exec-", '"console"'])("have terminals named %s", (name) => {
        expect(played).toContain(name);
    });
});
