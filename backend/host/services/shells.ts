import { AppError, errorCode, errorMessage } from "../../../common/errors.ts";
import { machineNames } from "../core/elsewhere.ts";
import type { FindProjectContainers, ProjectContainer } from "../core/project-containers.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { TerminalPrograms, TerminalViewer } from "../core/terminal.ts";
import type { Terminal } from "./terminal.ts";
import type { Terminals } from "./terminals.ts";

export interface ShellPorts {
    readonly terminals: Terminals;
    readonly programs: TerminalPrograms;
    readonly findContainers: FindProjectContainers;
    readonly extension: () => StackExtension;
    /** Where the console begins. */
    readonly stacksDirectory: string;
    readonly enableConsole: boolean;
}

export interface ShellTarget {
    readonly stack: string;
    readonly service: string;
    readonly shell: string;
    /** 0 is the first. */
    readonly index: number;
}

/** Shells in containers, and the server's own console. All who open the same see the same. */
export interface Shells {
    /**
     * Opens the shell of a service, or joins the one that others have open. Throws AppError `not_found` where there is no such
     * container, `conflict` where it does not run, the stack runs elsewhere, or too many are open.
     */
    open(target: ShellTarget, viewer: TerminalViewer): Promise<void>;
    /** Throws AppError `forbidden` where the console is not enabled. */
    openConsole(viewer: TerminalViewer): void;
    consoleEnabled(): boolean;
}

/** Each is a process here and one in a container. */
const greatestCount = 50;

export function createShells(ports: ShellPorts): Shells {
    const { terminals } = ports;
    const running = new WeakMap<Terminal, ShellTarget>();

    function openShell(target: ShellTarget, viewer: TerminalViewer): Terminal {
        const name = `${target.stack}-${target.service}-${target.index}`;
        const open = terminals.find("shell", name);
        const known = open?.isRunning() === true ? running.get(open) : undefined;
        if (known !== undefined && known.stack !== target.stack) {
            // "a-b" + "c" and "a" + "b-c" have one terminal name.
            const owner = `${known.stack}/${known.service}`;
            throw new AppError("conflict", `A shell of ${owner} is open under the same name; close that first`);
        }
        if (open !== undefined && known !== undefined && known.shell !== target.shell && isAlone(open, viewer)) {
            terminals.close(open);
        }
        if (known === undefined && terminals.running("shell") >= greatestCount) {
            throw new AppError("conflict", `${greatestCount} shells are open already; close one that is not needed`);
        }
        return terminals.open("shell", name);
    }

    return {
        async open(target, viewer) {
            checkHere(ports, target.stack);
            const container = await findContainer(ports, target);
            // It may have gone while the container was looked for, and nobody would end the shell.
            if (viewer.isGone?.() === true) {
                return;
            }
            const terminal = openShell(target, viewer);
            terminal.join(viewer);
            if (!terminal.isRunning()) {
                running.set(terminal, target);
                terminal.clear();
                show(terminal, runShell(ports, terminal, container.id, target));
            }
        },
        openConsole(viewer) {
            if (!ports.enableConsole) {
                throw new AppError("forbidden", "Console is not enabled.");
            }
            const terminal = terminals.open("console", "");
            terminal.join(viewer);
            if (!terminal.isRunning()) {
                terminal.clear();
                show(terminal, runConsole(ports, terminal));
            }
        },
        consoleEnabled: () => ports.enableConsole,
    };
}

/** Whoever is alone in a shell may have another in its place. */
function isAlone(terminal: Terminal, viewer: TerminalViewer): boolean {
    terminal.leave(viewer);
    return terminal.viewers() === 0;
}

/** Those who look are told why nothing could be started. */
function show(terminal: Terminal, running: Promise<unknown>): void {
    running.catch((error: unknown) => terminal.write(`${errorMessage(error)}\r\n`));
}

function checkHere({ extension }: ShellPorts, stack: string): void {
    const elsewhere = extension().elsewhere().get(stack);
    if (elsewhere?.alsoHere === false) {
        throw new AppError(
            "conflict",
            `${stack} runs on ${machineNames(elsewhere)}: there are no shells on other machines yet; log in there with ssh`,
        );
    }
}

async function findContainer({ findContainers }: ShellPorts, target: ShellTarget): Promise<ProjectContainer> {
    const { stack, service, index } = target;
    const all = (await findContainers(stack)).filter((one) => one.service === service && !one.oneOff);
    const replicas = all.toSorted((a, b) => a.replica - b.replica);
    // The first of those that were scaled down from the front is not number 1 any more.
    const found = replicas.find(({ replica }) => replica === index + 1) ?? (index === 0 ? replicas[0] : undefined);
    if (found === undefined) {
        const which = replicas.length > 0 ? `${index + 1}; there are ${replicas.length}` : `of it; start it first`;
        throw new AppError("not_found", `${service}: there is no container ${which}`);
    }
    if (found.state !== "running") {
        throw new AppError("conflict", `${service}: its container is ${found.state}; start it first`);
    }
    return found;
}

/** Whoever keeps the terminals ends them. */
function neverAborted(): AbortSignal {
    return new AbortController().signal;
}

/** What a program that is not there ends with. */
const neverRan: readonly number[] = [126, 127];

async function runShell(ports: ShellPorts, terminal: Terminal, id: string, target: ShellTarget): Promise<void> {
    const { service, shell } = target;
    const argv = ["docker", "exec", "-i", "-t", "-e", "TERM=xterm-256color", id, shell] as const;
    const exitCode = await terminal.run(ports.programs, { argv, directory: "/" }, neverAborted());
    if (neverRan.includes(exitCode) && /exec failed|executable file not found/.test(terminal.text())) {
        terminal.write(`\r\nThe image of ${service} has no ${shell}; try another shell.\r\n`);
    }
}

async function runConsole({ programs, stacksDirectory }: ShellPorts, terminal: Terminal): Promise<void> {
    const run = (shell: string): Promise<number> =>
        terminal.run(programs, { argv: [shell], directory: stacksDirectory }, neverAborted());
    try {
        await run("bash");
    } catch (error) {
        if (errorCode(error) !== "unavailable") {
            throw error;
        }
        await run("sh");
    }
}
