import { describe, expect, it } from "vitest";
import { markPush } from "../../../../../backend/host/services/agents/agent-push.ts";

const source = { endpoint: "box:5001", endpoints: ["box:5001", "far"], hasConsole: false };

describe("another server's push", () => {
    it("names the server that it came from, whatever it says", () => {
        const push = { deployment: { id: "1" }, endpoint: "far" };

        expect(markPush(source, "deploymentStatusUpdate", [push, 2])).toEqual({
            event: "deploymentStatusUpdate",
            args: [{ deployment: { id: "1" }, endpoint: "box:5001" }, 2],
        });
    });

    it.each([
        ["stackList", "stackList"],
        ["stackListChange", "changed"],
    ])("%s names it in every stack", (event, map) => {
        const push = { ok: true, [map]: { web: { name: "other", endpoint: "" }, odd: 7 }, removed: ["x"] };

        expect(markPush(source, event, [push])?.args).toEqual([
            {
                ok: true,
                [map]: { web: { name: "web", endpoint: "box:5001" } },
                removed: ["x"],
                endpoint: "box:5001",
            },
        ]);
    });

    it.each(["compose-box:5001-web", "combined-box:5001-web", "container-exec-box:5001-web-app-0"])(
        "writes to its own terminal %s",
        (name) => {
            expect(markPush(source, "terminalWrite", [name, "text", "far"])).toEqual({
                event: "terminalWrite",
                args: [name, "text", "box:5001"],
            });
        },
    );

    it.each(["compose--web", "compose-far-web", "combined-box:50012-web", "console", "", 5, null])(
        "never writes to the terminal %j",
        (name) => {
            expect(markPush(source, "terminalWrite", [name, "text"])).toBeUndefined();
        },
    );

    it("writes to its console once this browser has asked for it", () => {
        expect(markPush({ ...source, hasConsole: true }, "terminalExit", ["console", 0])?.args).toEqual([
            "console",
            0,
            "box:5001",
        ]);
    });

    it("never writes to the terminals of a host whose name begins alike", () => {
        const endpoints = ["box", "box-two"];

        expect(
            markPush({ endpoint: "box", endpoints, hasConsole: false }, "terminalWrite", ["compose-box-two-web", ""]),
        ).toBeUndefined();
        expect(
            markPush({ endpoint: "box-two", endpoints, hasConsole: false }, "terminalWrite", [
                "compose-box-two-web",
                "",
            ]),
        ).toBeDefined();
    });

    it.each([
        [5, {}],
        ["", {}],
        ["x".repeat(101), {}],
        ["stackList", null],
        ["stackList", "text"],
        ["stackList", [1]],
        ["stackList", undefined],
    ])("is dropped when it is malformed: %j %j", (event, first) => {
        expect(markPush(source, event, [first])).toBeUndefined();
    });
});
