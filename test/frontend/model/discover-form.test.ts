import { describe, expect, it } from "vitest";
import type { ComposeFolder, Discovery } from "../../../common/schema/discovery.ts";
import {
    chooseAll,
    choicesOf,
    isSelectable,
    keepChoices,
    nameProblem,
    pathsOf,
} from "../../../frontend/src/model/discover-form.ts";

function folder(name: string, rest: Partial<ComposeFolder> = {}): ComposeFolder {
    return {
        composePath: `${name}/compose.yaml`,
        folder: name,
        suggestedStack: name,
        services: [],
        existsAsStack: false,
        blocked: false,
        ...rest,
    };
}

function discovery(...folders: ComposeFolder[]): Discovery {
    return { branches: ["main"], defaultBranch: "main", branch: "main", commit: "a", folders, leftOut: 0 };
}

describe("the folders to choose from", () => {
    it("are all unchosen, unless there is only one that can be", () => {
        const taken = folder("b", { connectedStack: "b" });
        expect(choicesOf(discovery(folder("a"), taken)).map(({ chosen }) => chosen)).toEqual([true, false]);
        expect(choicesOf(discovery(folder("a"), folder("c"))).map(({ chosen }) => chosen)).toEqual([false, false]);
    });

    it("cannot be chosen where they are stacks already, or cannot be used", () => {
        expect(isSelectable(folder("a", { problem: "no services" }))).toBe(true);
        expect(isSelectable(folder("a", { blocked: true }))).toBe(false);
        expect(isSelectable(folder("a", { connectedStack: "x" }))).toBe(false);
    });

    it("are chosen all at once but for those that are stacks", () => {
        const choices = choicesOf(discovery(folder("a"), folder("old"), folder("b"), folder("x", { blocked: true })));
        chooseAll(choices, true, new Set(["old"]));
        expect(choices.map(({ chosen }) => chosen)).toEqual([true, false, true, false]);
        chooseAll(choices, false, new Set(["old"]));
        expect(choices.some(({ chosen }) => chosen)).toBe(false);
    });

    it("keep what was chosen and written when another branch is looked at", () => {
        const before = choicesOf(discovery(folder("a"), folder("b")));
        chooseAll(before, true, new Set());
        const renamed = before.map((choice) => ({ ...choice, stack: `my-${choice.stack}` }));
        const now = keepChoices(
            renamed,
            choicesOf(discovery(folder("b"), folder("c"), folder("a", { connectedStack: "a" }))),
        );
        expect(now.map(({ stack, chosen }) => [stack, chosen])).toEqual([
            ["my-b", true],
            ["c", false],
            ["a", false],
        ]);
    });
});

describe("the paths of a new stack", () => {
    it.each([
        ["shop", [], []],
        ["shop", ["lib"], ["shop", "lib"]],
        ["we[ird] (1)", ["lib"], ["we\\[ird\\] \\(1\\)", "lib"]],
        ["", ["lib"], []],
    ])("in %j that shares %j are %j", (name, shared, paths) => {
        expect(pathsOf(folder(name), shared)).toEqual(paths);
    });
});

describe("the name of a chosen folder", () => {
    const connected = new Set(["taken"]);

    it.each([
        ["web", "a", undefined],
        ["Web", "a", "bad"],
        ["", "a", "bad"],
        ["x".repeat(65), "a", "bad"],
        ["wéb", "a", "bad"],
        ["-web", "a", "bad"],
        ["a", "a", "twice"],
        ["taken", "a", "connected"],
    ])("%j beside %j: %s", (one, other, problem) => {
        const choices = [
            { folder: folder("1"), chosen: true, stack: one },
            { folder: folder("2"), chosen: true, stack: other },
        ] as const;
        expect(nameProblem(choices[0], choices, connected)).toBe(problem);
    });

    it("does not matter while it is not chosen", () => {
        const choice = { folder: folder("1"), chosen: false, stack: "!" };
        const other = { folder: folder("2"), chosen: true, stack: "!" };
        expect(nameProblem(choice, [choice, other], connected)).toBeUndefined();
    });
});
