import { stackStatus, type StackElsewhere } from "../../../common/schema/stack.ts";
import { statusOf, type StackContainer } from "./stack.ts";

export interface ElsewhereOutput {
    readonly signal: AbortSignal;
    /** Without a line feed. */
    readonly onLine: (line: string) => void;
}

/** Another machine that a stack runs on. What is known of it is kept by somebody else: nothing waits for it here. */
export interface OtherMachine {
    readonly name: string;
    /** The host name in links to the ports that it publishes. */
    readonly hostname: string;
    /** Why nothing is known of it now, a sentence; undefined while it answers. */
    readonly away?: string | undefined;
    /** The stack's own; empty while the machine is away. */
    readonly containers: readonly StackContainer[];
    /**
     * Runs `docker compose WORDS` in the stack's folder there, and answers the exit code. Throws AppError `unavailable`
     * where the machine is away, `conflict` where another server is at work on the stack there.
     */
    compose(words: readonly string[], output: ElsewhereOutput): Promise<number>;
    /** Hands on what the stack's containers write, the last 100 lines of each first, until none runs or the signal aborts. */
    follow(output: ElsewhereOutput): Promise<void>;
}

/** Where else than on this machine a stack runs. */
export interface Elsewhere {
    /** Whether it is meant to run on this machine too. */
    readonly alsoHere: boolean;
    /** In turn; never empty. */
    readonly machines: readonly OtherMachine[];
    /** The compose file of what is live; undefined before anything is. */
    composeFile(): Promise<{ readonly name: string; readonly text: string } | undefined>;
}

/** Where a stack runs that is not meant to run on this machine; undefined for all others. */
export function onlyElsewhere(all: ReadonlyMap<string, Elsewhere>, stack: string): Elsewhere | undefined {
    const elsewhere = all.get(stack);
    return elsewhere?.alsoHere === false ? elsewhere : undefined;
}

/** Of the statuses of several machines the first of these is the stack's. */
const worstFirst = [
    stackStatus.unknown,
    stackStatus.exited,
    stackStatus.createdStack,
    stackStatus.createdFile,
    stackStatus.running,
] as const;

/** The status of a stack that (also) runs elsewhere; `here` is the one on this machine. */
export function statusAcross({ alsoHere, machines }: Elsewhere, here: number): number {
    const there = machines.map(({ away, containers }) =>
        away === undefined ? statusOf(containers) : stackStatus.unknown,
    );
    const all: readonly number[] = alsoHere ? [here, ...there] : there;
    return worstFirst.find((status) => all.includes(status)) ?? stackStatus.unknown;
}

/** What the list tells of it. */
export function viewElsewhere({ alsoHere, machines }: Elsewhere): StackElsewhere {
    const notes = machines.flatMap(({ away }) => away ?? []);
    return {
        alsoHere,
        machines: machines.map(({ name }) => name),
        ...(notes.length > 0 && { note: notes.join(" ") }),
    };
}

/** "second", "second and third": for sentences. */
export function machineNames({ machines }: Elsewhere): string {
    return machines.map(({ name }) => name).join(" and ");
}
