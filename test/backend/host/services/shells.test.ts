import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ProjectContainer } from "../../../../backend/host/core/project-containers.ts";
import { noExtension } from "../../../../backend/host/core/stack-extension.ts";
import type { TerminalCommand, TerminalViewer } from "../../../../backend/host/core/terminal.ts";
import { createShells } from "../../../../backend/host/services/shells.ts";
import { createTerminals } from "../../../../backend/host/services/terminals.ts";
import { AppError } from "../../../../common/errors.ts";
import { elsewhereOn, otherMachine } from "../../../support/fake-elsewhere.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const replica = (number: number, state = "running"): ProjectContainer => ({
    ...{ id: `c${number}`, name: `a-b-web-${number}`, service: "web", replica: number, state },
    ...{ image: "nginx", imageId: "i", oneOff: false },
});

function viewer(): TerminalViewer {
    return { write: () => undefined, exit: () => undefined };
}

function createStage({
    containers = [replica(1)],
    missing = [] as string[],
    isElsewhere = false,
    enableConsole = true,
}) {
    const terminals = createTerminals();
    const started: TerminalCommand[] = [];
    const typed: string[] = [];
    const programs: { ended: boolean; exit: (code: number) => void; data: (text: string) => void }[] = [];
    const shells = createShells({
        terminals,
        programs: {
            start(command, { onExit, onData }) {
                if (missing.includes(command.argv[0])) {
                    throw new AppError("unavailable", "not found");
                }
                started.push(command);
                const program = { ended: false, exit: onExit, data: onData };
                programs.push(program);
                return {
                    resize: () => undefined,
                    type: (text) => void typed.push(text),
                    end: () => void (program.ended = true),
                };
            },
        },
        findContainers: async () => containers,
        extension: () => ({
            ...noExtension,
            elsewhere: () => (isElsewhere ? new Map([["a-b", elsewhereOn([otherMachine("attic")])]]) : new Map()),
        }),
        stacksDirectory: "/stacks",
        enableConsole,
    });
    return { terminals, shells, started, typed, programs };
}

const target = { stack: "a-b", service: "web", shell: "sh", index: 0 };

it("opens the very container of a replica, and only one shell for all who look", async () => {
    const { shells, started } = createStage({ containers: [replica(2), replica(1), replica(3)] });
    await shells.open(target, viewer());
    await shells.open({ ...target, shell: "bash" }, viewer());
    await shells.open({ ...target, index: 2 }, viewer());
    expect(started.map(({ argv }) => argv.slice(-2))).toEqual([
        ["c1", "sh"],
        ["c3", "sh"],
    ]);
});

it("gives somebody who is alone another shell in the place of the first", async () => {
    const { shells, started, terminals, programs } = createStage({});
    const one = viewer();
    await shells.open(target, one);
    await shells.open({ ...target, shell: "bash" }, one);
    vi.advanceTimersByTime(1000);
    expect(started.map(({ argv }) => argv.at(-1))).toEqual(["sh", "bash"]);
    expect(programs.map(({ ended }) => ended)).toEqual([true, false]);
    expect(terminals.find("shell", "a-b-web-0")?.viewers()).toBe(1);
});

it("takes the first that is left for the first", async () => {
    const { shells, started } = createStage({ containers: [replica(4), replica(3)] });
    await shells.open(target, viewer());
    expect(started[0]?.argv).toContain("c3");
});

it.each([
    ["is not there", { containers: [] }, "not_found"],
    ["has stopped", { containers: [replica(1, "exited")] }, "conflict"],
    ["is on another machine", { isElsewhere: true }, "conflict"],
])("refuses a container that %s", async (_what, given, code) => {
    const { shells, terminals } = createStage(given);
    await expect(shells.open(target, viewer())).rejects.toMatchObject({ code });
    expect(terminals.find("shell", "a-b-web-0")).toBeUndefined();
});

it("tells apart two services whose shells have one name", async () => {
    const { shells } = createStage({ containers: [replica(1), { ...replica(1), service: "b-web" }] });
    await shells.open(target, viewer());
    await expect(shells.open({ ...target, stack: "a", service: "b-web" }, viewer())).rejects.toThrow("a-b/web");
});

it("ends a shell a minute after the last has gone, and not when somebody comes back", async () => {
    const { shells, terminals, programs, typed } = createStage({});
    const [one, two] = [viewer(), viewer()];
    await shells.open(target, one);
    terminals.leaveAll(one);
    vi.advanceTimersByTime(59_000);
    await shells.open(target, two);
    vi.advanceTimersByTime(60_000);
    expect(programs[0]?.ended).toBe(false);
    terminals.leaveAll(two);
    vi.advanceTimersByTime(61_000);
    expect(typed).toEqual(["\u0003\u0004"]);
    expect(programs[0]?.ended).toBe(true);
    expect(terminals.find("shell", "a-b-web-0")).toBeUndefined();
});

it("opens the console once, with sh where there is no bash", async () => {
    const { shells, started } = createStage({ missing: ["bash"] });
    shells.openConsole(viewer());
    await vi.runAllTimersAsync();
    shells.openConsole(viewer());
    expect(started).toEqual([{ argv: ["sh"], directory: "/stacks" }]);
});

it("keeps the console shut where it is not enabled", () => {
    const { shells } = createStage({ enableConsole: false });
    expect(() => shells.openConsole(viewer())).toThrow("Console is not enabled.");
});

it("begins no shell for somebody who has gone while its container was looked for", async () => {
    const { shells, started, terminals } = createStage({});
    await shells.open(target, { ...viewer(), isGone: () => true });
    expect(started).toEqual([]);
    expect(terminals.find("shell", "a-b-web-0")).toBeUndefined();
});

it("opens no more shells than a server can bear", async () => {
    const { shells, started } = createStage({
        containers: Array.from({ length: 60 }, (_, index) => replica(index + 1)),
    });
    const answers = await Promise.allSettled(
        Array.from({ length: 60 }, (_, index) => shells.open({ ...target, index }, viewer())),
    );
    expect(started).toHaveLength(50);
    expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(10);
    await shells.open(target, viewer());
});
