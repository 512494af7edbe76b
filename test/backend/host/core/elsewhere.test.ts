import { describe, expect, it } from "vitest";
import { statusAcross } from "../../../../backend/host/core/elsewhere.ts";
import { statusByMachine } from "../../../../backend/host/services/status-by-machine.ts";
import { elsewhereOn, otherMachine } from "../../../support/fake-elsewhere.ts";

const running = 3;

describe("the status of a stack on several machines", () => {
    it.each([
        ["runs on all", [["running"], ["running"]], running],
        ["has ended on one", [["running"], ["exited"]], 4],
        ["is not there on one", [["running"], []], 1],
        ["was never started on one", [["created"], ["running"]], 2],
        ["has ended on one and is not there on another", [[], ["exited"]], 4],
    ] as const)("where it %s", (_what, states, expected) => {
        const machines = states.map((given, index) => otherMachine(`m${index}`, { states: given }));
        expect(statusAcross(elsewhereOn(machines), 0)).toBe(expected);
    });

    it("is not known while one of them is away", () => {
        const machines = [otherMachine("attic", { states: ["running"] }), otherMachine("cellar", { away: "Away." })];
        expect(statusAcross(elsewhereOn(machines), running)).toBe(0);
    });

    it("counts this machine only where the stack is meant to run here", () => {
        const machines = [otherMachine("attic", { states: ["running"] })];
        expect(statusAcross(elsewhereOn(machines), 4)).toBe(running);
        expect(statusAcross(elsewhereOn(machines, { alsoHere: true }), 4)).toBe(4);
    });
});

describe("the services of a stack", () => {
    const here = [{ project: "web", service: "service0", state: "exited", oneOff: false }];

    it("are Dockge's answer alone for a stack on this machine", () => {
        expect(statusByMachine(undefined, here)).toEqual({ serviceStatusList: { service0: "exited" } });
    });

    it("come by machine too for one on others; the worst state speaks", () => {
        const machines = [otherMachine("attic", { states: ["running", "running"] })];
        expect(statusByMachine(elsewhereOn(machines, { alsoHere: true }), here)).toEqual({
            serviceStatusList: { service0: "exited", service1: "running" },
            machines: [
                { services: { service0: "exited" } },
                { name: "attic", hostname: "attic.lan", services: { service0: "running", service1: "running" } },
            ],
        });
    });

    it("name this machine only where something of the stack is or should be here", () => {
        const { machines } = statusByMachine(elsewhereOn([otherMachine("attic")]), []);
        expect(machines).toEqual([{ name: "attic", hostname: "attic.lan", services: {} }]);
    });
});
