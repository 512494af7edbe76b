import { describe, expect, it } from "vitest";
import type { StackSummary } from "../../../../common/schema/stack.ts";
import { createStackListPushes } from "../../../../backend/host/socket/stack-list-pushes.ts";

interface Pushed {
    readonly event: string;
    readonly args: readonly unknown[];
}

function session(rest: { readonly endpoint?: string; readonly stackListChanges?: boolean } = {}) {
    const pushed: Pushed[] = [];
    return {
        endpoint: "",
        stackListChanges: true,
        emitAgent: (event: string, ...args: readonly unknown[]) => void pushed.push({ event, args }),
        ...rest,
        pushed,
    };
}

function listOf(...stacks: readonly Partial<StackSummary>[]): Readonly<Record<string, StackSummary>> {
    return Object.fromEntries(
        stacks.map(({ name = "shop", ...rest }) => [
            name,
            {
                name,
                status: 3,
                tags: [],
                isManagedByDockge: true,
                composeFileName: "compose.yaml",
                endpoint: "",
                ...rest,
            },
        ]),
    );
}

describe("pushes of the stack list", () => {
    it("are differences, after a whole list, for those who understand them", () => {
        const pushes = createStackListPushes();
        const one = session();
        pushes.sendWhole(one, listOf({ name: "shop" }, { name: "blog" }));
        pushes.sendNews(one, listOf({ name: "shop", status: 4 }, { name: "blog" }));

        expect(one.pushed.map(({ event }) => event)).toEqual(["stackList", "stackListChange"]);
        expect(one.pushed[1]?.args).toEqual([
            { ok: true, changed: listOf({ name: "shop", status: 4 }), removed: [], endpoint: "" },
        ]);
    });

    it("are whole lists for others", () => {
        const pushes = createStackListPushes();
        const stock = session({ stackListChanges: false });
        pushes.sendWhole(stock, listOf({ name: "shop" }));
        pushes.sendNews(stock, listOf({ name: "shop", status: 4 }));

        expect(stock.pushed.map(({ event }) => event)).toEqual(["stackList", "stackList"]);
    });

    it("start with a whole list, also where a difference was to be sent first", () => {
        const pushes = createStackListPushes();
        const one = session();
        pushes.sendNews(one, listOf({ name: "shop" }));

        expect(one.pushed[0]?.event).toBe("stackList");
    });

    it("are not sent where nothing differs", () => {
        const pushes = createStackListPushes();
        const one = session();
        pushes.sendWhole(one, listOf({ name: "shop" }));
        pushes.sendNews(one, listOf({ name: "shop" }));

        expect(one.pushed).toHaveLength(1);
    });

    it("name the endpoint by which a main server knows this one", () => {
        const pushes = createStackListPushes();
        const main = session({ endpoint: "attic:5001" });
        pushes.sendWhole(main, listOf());
        pushes.sendNews(main, listOf({ name: "shop" }));

        expect(main.pushed[1]?.args).toEqual([
            {
                ok: true,
                changed: listOf({ name: "shop", endpoint: "attic:5001" }),
                removed: [],
                endpoint: "attic:5001",
            },
        ]);
    });

    it("bring those who missed something all of it", () => {
        const pushes = createStackListPushes();
        const early = session();
        const late = session();
        const first = listOf({ name: "shop" });
        const second = listOf({ name: "shop" }, { name: "blog" });
        pushes.sendWhole(early, first);
        pushes.sendWhole(late, second);
        const third = listOf({ name: "blog" });
        pushes.sendNews(early, third);
        pushes.sendNews(late, third);

        expect(early.pushed[1]?.args).toMatchObject([{ changed: listOf({ name: "blog" }), removed: ["shop"] }]);
        expect(late.pushed[1]?.args).toMatchObject([{ changed: {}, removed: ["shop"] }]);
    });
});
