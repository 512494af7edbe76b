import { expect, it } from "vitest";
import type { TerminalPrograms, TerminalSize, TerminalViewer } from "../../../../backend/host/core/terminal.ts";
import { createTerminals } from "../../../../backend/host/services/terminals.ts";

/** Programs that do what the test says. */
function createPrograms() {
    const sizes: TerminalSize[] = [];
    const running: { data: (text: string) => void; exit: (code: number) => void; ended: boolean }[] = [];
    const programs: TerminalPrograms = {
        start(_command, { size, onData, onExit }) {
            const program = { data: onData, exit: onExit, ended: false };
            running.push(program);
            sizes.push(size);
            return { resize: (next) => void sizes.push(next), end: () => void (program.ended = true) };
        },
    };
    return { programs, running, sizes };
}

function createViewer() {
    const seen: unknown[] = [];
    const viewer: TerminalViewer = {
        write: (kind, stack, text) => void seen.push([kind, stack, text]),
        exit: (kind, stack, code) => void seen.push([kind, stack, code]),
    };
    return { viewer, seen };
}

const command = { argv: ["true"], directory: "/" } as const;
const { signal } = new AbortController();

it("shows output and exit to those who look, and keeps it for those who come later", async () => {
    const terminals = createTerminals();
    const { programs, running } = createPrograms();
    const { viewer, seen } = createViewer();
    const terminal = terminals.open("progress", "demo");
    terminal.join(viewer);
    const exitCode = terminal.run(programs, command, signal);
    running[0]?.data("hello");
    running[0]?.exit(3);
    expect(await exitCode).toBe(3);
    expect(seen).toEqual([
        ["progress", "demo", "hello"],
        ["progress", "demo", 3],
    ]);
    expect(terminals.open("progress", "demo").join(createViewer().viewer)).toBe("hello");
});

it("ends the program when the signal aborts", () => {
    const { programs, running } = createPrograms();
    const stopping = new AbortController();
    void createTerminals().open("progress", "demo").run(programs, command, stopping.signal);
    stopping.abort();
    expect(running[0]?.ended).toBe(true);
});

it("gives a program the size that the page has asked for before and after its start", () => {
    const { programs, sizes } = createPrograms();
    const terminal = createTerminals().open("combined", "demo");
    terminal.resize({ columns: 80, rows: 24 });
    void terminal.run(programs, command, signal);
    terminal.resize({ columns: 120, rows: 30 });
    expect(sizes).toEqual([
        { columns: 80, rows: 24 },
        { columns: 120, rows: 30 },
    ]);
});

it("ends logs that nobody looks at, and starts afresh for the next", () => {
    const terminals = createTerminals();
    const { programs, running } = createPrograms();
    const [first, second] = [createViewer(), createViewer()];
    const terminal = terminals.open("combined", "demo");
    terminal.join(first.viewer);
    terminal.join(second.viewer);
    void terminal.run(programs, command, signal);
    terminals.leaveAll(first.viewer);
    expect(running[0]?.ended).toBe(false);
    terminals.leave("combined", "demo", second.viewer);
    expect(running[0]?.ended).toBe(true);
    expect(terminals.find("combined", "demo")).toBeUndefined();
    running[0]?.data("late");
    expect(terminals.open("combined", "demo").join(first.viewer)).toBe("");
});

it("lets an operation run on when its viewer goes", () => {
    const terminals = createTerminals();
    const { programs, running } = createPrograms();
    const { viewer } = createViewer();
    terminals.open("progress", "demo").join(viewer);
    void terminals.open("progress", "demo").run(programs, command, signal);
    terminals.leaveAll(viewer);
    expect(running[0]?.ended).toBe(false);
    expect(terminals.watched("progress")).toEqual([]);
});
