/** How a container's main process ended. */
export interface ContainerEnd {
    readonly exitCode: number;
    /** The kernel killed it, or a part of it, for lack of memory. */
    readonly oomKilled: boolean;
}

/** What exit codes that are not the program's own mean, and what to look at. */
const meanings: Readonly<Record<number, string | undefined>> = {
    125: "the engine could not run it: look at the container's settings",
    126: "its command cannot be executed: look whether the file is executable, and made for this machine's processor",
    127: "its command was not found: look at command and entrypoint, and whether the image holds the program",
    132: "it met an instruction that this machine's processor does not know: look for an image made for it",
    134: "it gave up by itself (abort): look at its last output",
    137: "it was killed: look at the machine's memory and kernel log, and at who may have stopped it",
    139: "it crashed (segmentation fault): look at its last output, and whether the image is made for this processor",
    143: "it was asked to end: look at who may have stopped it",
};

const outOfMemory = "out of memory: raise its memory limit, or let it use less";

/** "exited with code 127 (what that means, and what to look at)". */
export function explainExit({ exitCode, oomKilled }: ContainerEnd): string {
    const meaning = oomKilled ? outOfMemory : meanings[exitCode];
    return `exited with code ${exitCode}${meaning === undefined ? "" : ` (${meaning})`}`;
}
