import { type Counts, type RunCounts, withSecondTry } from "./counts.ts";

export interface Tries {
    readonly runOnce: (args: readonly string[]) => Promise<RunCounts>;
    readonly say: (text: string) => void;
    /** Whether the user has asked for the end. */
    readonly ended: () => boolean;
}

/**
 * Runs tests, and every file in which something failed once more, alone and whole: the steps of a journey stand on one
 * another, so that one of them cannot be tried again by itself. The second try counts, and the files are named.
 */
export async function runTwice(args: readonly string[], { runOnce, say, ended }: Tries): Promise<Counts> {
    const first = await runOnce(args);
    const files = first.failedFiles.map(({ file }) => file);
    if (files.length === 0 || ended()) {
        return first;
    }
    say(`Tried a second time: ${files.join(", ")}`);
    const second = await runOnce([...args, ...files]);
    const failedAgain = new Set(second.failedFiles.map(({ file }) => file));
    for (const file of files.filter((each) => !failedAgain.has(each))) {
        say(`Passed at its second try only: ${file}`);
    }
    return withSecondTry(first, second);
}
