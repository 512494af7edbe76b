import { describe, expect, it } from "vitest";
import { serviceStatuses, statusOf, type StackContainer } from "../../../../backend/host/core/stack.ts";
import { stackStatus } from "../../../../common/schema/stack.ts";

const { unknown, createdFile, createdStack, running, exited } = stackStatus;

/** "running", "exited(0)", "exited(1)", "running oneoff". */
function container(text: string, index = 0): StackContainer {
    const [, state = "", code] = /^(\w+)(?:\((\d+)\))?/.exec(text) ?? [];
    const exitCode = code === undefined ? undefined : Number(code);
    return { project: "demo", service: `s${index}`, state, exitCode, oneOff: text.includes("oneoff") };
}

describe("the status of a stack", () => {
    it.each([
        [[], createdFile],
        [["running"], running],
        [["running", "running"], running],
        [["created"], createdStack],
        [["created", "running"], createdStack],
        [["exited(0)"], exited],
        [["exited(1)"], exited],
        [["exited(137)", "running"], exited],
        [["exited(0)", "running"], running],
        [["exited(0)", "exited(1)", "running"], exited],
        [["exited(0)", "exited(0)"], exited],
        [["restarting"], unknown],
        [["restarting", "running"], unknown],
        [["paused"], unknown],
        [["dead", "running"], unknown],
        [["running oneoff"], createdFile],
        [["exited(1) oneoff", "running"], running],
    ])("of %j is %i", (containers, expected) => {
        expect(statusOf(containers.map(container))).toBe(expected);
    });
});

describe("the status of a service", () => {
    const base: StackContainer = { project: "demo", service: "web", state: "running", oneOff: false };

    it.each([
        ["its state without a health check", [base], { web: "running" }],
        ["its health while it runs", [{ ...base, health: "starting" }], { web: "starting" }],
        ["its state when it does not run", [{ ...base, state: "exited", health: "healthy" }], { web: "exited" }],
        ["that of its worst replica", [base, { ...base, state: "restarting" }, base], { web: "restarting" }],
        ["not that of a command run in it", [{ ...base, oneOff: true }], {}],
    ])("is %s", (_case, containers, expected) => {
        expect(serviceStatuses(containers)).toEqual(expected);
    });
});
