import { describe, expect, it } from "vitest";
import en from "../../../frontend/src/lang/en.json";
import { pageTitle } from "../../../frontend/src/model/page-title.ts";
import { createPageRouter } from "../../../frontend/src/router.ts";
import { createMemoryHistory } from "vue-router";

/** What these name is in their address. */
const namedByAddress = ["stack", "terminal"];

function textOf(key: string): unknown {
    return key.split(".").reduce<unknown>((node, part) => {
        const entries = typeof node === "object" && node !== null ? Object.entries(node) : [];
        return entries.find(([name]) => name === part)?.[1];
    }, en);
}

describe("the title of a page", () => {
    it.each([
        ["home", {}, { key: "home.title", subjects: [] }],
        ["stack", { stackName: "shop" }, { subjects: ["shop"] }],
        ["terminal", { stackName: "shop", serviceName: "web", type: "sh" }, { subjects: ["web", "shop"] }],
        ["repository", { stackName: "shop" }, { key: "repository.title", subjects: ["shop"] }],
        ["agent-stack", { stackName: "shop", endpoint: "attic:5001" }, { subjects: ["shop", "attic:5001"] }],
        ["undefined", {}, { subjects: [] }],
    ])("of %s says what is seen", (route, params, expected) => {
        expect(pageTitle(route, params)).toEqual(expected);
    });

    it("has words for every page with a name", () => {
        const names = createPageRouter(createMemoryHistory())
            .getRoutes()
            .flatMap(({ name }) => (name === undefined ? [] : [String(name)]))
            .filter((name) => name !== "setup" && !namedByAddress.includes(name.replace("agent-", "")));
        expect(names.length).toBeGreaterThan(20);
        const without = names.filter((name) => typeof textOf(pageTitle(name, {}).key ?? "") !== "string");
        expect(without).toEqual([]);
    });
});
