import { describe, expect, it } from "vitest";
import type { StackContainer } from "../../../../backend/host/core/stack.ts";
import { elsewhereOn, otherMachine } from "../../../support/fake-elsewhere.ts";
import { listStacks, type StackSources } from "../../../../backend/host/services/list-stacks.ts";

function container(project: string, state = "running"): StackContainer {
    return { project, service: "web", state, oneOff: false };
}

function list(sources: Partial<StackSources>) {
    return listStacks({ folders: [], containers: [], badges: new Map(), elsewhere: new Map(), ...sources });
}

describe("the list of stacks", () => {
    it("joins folders with what runs", () => {
        const folders = [
            { name: "idle", composeFileName: "compose.yaml" },
            { name: "web", composeFileName: "docker-compose.yml" },
        ];
        expect(list({ folders, containers: [container("web")] })).toMatchObject({
            idle: { status: 1, isManagedByDockge: true },
            web: { status: 3, isManagedByDockge: true, composeFileName: "docker-compose.yml" },
        });
    });

    it("has no status while the engine is away", () => {
        const folders = [{ name: "web", composeFileName: "compose.yaml" }];
        expect(list({ folders, containers: undefined })).toMatchObject({ web: { status: 0 } });
    });

    it("has the status that a stack has on its other machines, also without an engine here", () => {
        const folders = [{ name: "web", composeFileName: "compose.yaml" }];
        const elsewhere = new Map([["web", elsewhereOn([otherMachine("attic", { states: ["running"] })])]]);
        const expected = { status: 3, elsewhere: { machines: ["attic"], alsoHere: false } };

        expect(list({ folders, containers: [container("web", "exited")], elsewhere })["web"]).toMatchObject(expected);
        expect(list({ folders, containers: undefined, elsewhere })["web"]).toMatchObject(expected);
    });

    it("says why nothing is known of a stack whose machine is away", () => {
        const folders = [{ name: "web", composeFileName: "compose.yaml" }];
        const elsewhere = new Map([["web", elsewhereOn([otherMachine("attic", { away: "attic is away." })])]]);

        expect(list({ folders, elsewhere })["web"]).toMatchObject({ status: 0, elsewhere: { note: "attic is away." } });
    });

    it("shows projects without a folder, but not Dockge's own", () => {
        const found = list({ containers: [container("foreign", "exited"), container("dockge")] });
        expect(found).toMatchObject({ foreign: { status: 4, isManagedByDockge: false } });
        expect(Object.keys(found)).toEqual(["foreign"]);
    });

    it("shows folders without a compose file only when the plugin knows them", () => {
        const folders = [{ name: "known" }, { name: "notes" }];
        const badges = new Map([["known", "building"]]);
        const found = list({ folders, badges });
        expect(found).toMatchObject({ known: { deploymentStatus: "building" } });
        expect(Object.keys(found)).toEqual(["known"]);
    });

    it.each(["My.Stack", "UPPER", "-dash", "__proto__", "a".repeat(65)])("says why %s cannot be managed", (name) => {
        const found = list({ folders: [{ name, composeFileName: "compose.yaml" }] });
        const [[key, stack] = []] = Object.entries(found);
        expect(key).toBe(name);
        expect(stack).toMatchObject({ isManagedByDockge: false });
        expect(stack?.unmanageable).toContain("Rename the folder");
    });
});
