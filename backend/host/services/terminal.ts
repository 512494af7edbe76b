import type {
    TerminalCommand,
    TerminalKind,
    TerminalProcess,
    TerminalPrograms,
    TerminalSize,
    TerminalStart,
    TerminalViewer,
} from "../core/terminal.ts";
import { terminalSizes } from "../core/terminal.ts";
import { createTerminalBuffer } from "./terminal-buffer.ts";

const bufferBytes = 64 * 1024;
const clearScreen = "\u001b[2J\u001b[3J\u001b[H";

/** One terminal of a stack. It keeps what it showed last (64 KiB) for those who join later. */
export interface Terminal {
    readonly kind: TerminalKind;
    readonly stack: string;
    /** Runs a program and resolves with its exit code; ends it when the signal aborts. */
    run(programs: TerminalPrograms, command: TerminalCommand, signal: AbortSignal): Promise<number>;
    /** The same with something else than a program. Several may write at once; they end together. */
    attach(start: TerminalStart, signal: AbortSignal): Promise<number>;
    isRunning(): boolean;
    write(text: string): void;
    clear(): void;
    /** What the terminal shows; the viewer gets what follows. */
    join(viewer: TerminalViewer): string;
    /** False when the viewer was not there. */
    leave(viewer: TerminalViewer): boolean;
    /** False where nothing runs that can be typed into. */
    type(text: string): boolean;
    viewers(): number;
    /** What it shows. */
    text(): string;
    /** Whether nothing runs in it and nothing was ever shown. */
    isUnused(): boolean;
    resize(size: TerminalSize): void;
    end(): void;
}

export function createTerminal(kind: TerminalKind, stack: string): Terminal {
    const buffer = createTerminalBuffer(bufferBytes);
    const viewers = new Set<TerminalViewer>();
    const running = new Set<TerminalProcess>();
    let size: TerminalSize = terminalSizes[kind];

    function write(text: string): void {
        buffer.append(text);
        viewers.forEach((viewer) => viewer.write(kind, stack, text));
    }

    function attach(start: TerminalStart, signal: AbortSignal): Promise<number> {
        return new Promise((resolve) => {
            const onExit = (exitCode: number): void => {
                signal.removeEventListener("abort", end);
                running.delete(program);
                if (running.size === 0) {
                    viewers.forEach((viewer) => viewer.exit(kind, stack, exitCode));
                }
                resolve(exitCode);
            };
            const program = start({ size, onData: write, onExit });
            const end = (): void => program.end();
            running.add(program);
            signal.addEventListener("abort", end, { once: true });
        });
    }

    return {
        kind,
        stack,
        attach,
        write,
        run: (programs, command, signal) => attach((options) => programs.start(command, options), signal),
        end: () => running.forEach((program) => program.end()),
        isRunning: () => running.size > 0,
        clear() {
            buffer.clear();
            write(clearScreen);
        },
        join(viewer) {
            if (viewer.isGone?.() !== true) {
                viewers.add(viewer);
            }
            return buffer.text();
        },
        leave: (viewer) => viewers.delete(viewer),
        viewers: () => viewers.size,
        text: () => buffer.text(),
        type(text) {
            const [program] = [...running].flatMap((one) => one.type ?? []);
            program?.(text);
            return program !== undefined;
        },
        isUnused: () => running.size === 0 && buffer.text() === "",
        resize(next) {
            size = next;
            running.forEach((program) => program.resize(next));
        },
    };
}
