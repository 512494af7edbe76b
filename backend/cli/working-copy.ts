import { runProcess } from "../platform/process/run.ts";

/** What a working copy's git tells. */
export interface WorkingCopy {
    /** Undefined before the first commit, and where there is no git. */
    readonly commit?: string | undefined;
    /** Undefined where none is checked out. */
    readonly branch?: string | undefined;
    /** Files that git does not know as they are; false where there is no git. */
    readonly isChanged: boolean;
}

const patienceSeconds = 30;
const mostBytes = 16 * 1024 * 1024;

/** Asks git about the folder that holds a pipeline; nothing is changed there, not even git's own index. */
export async function describeWorkingCopy(
    root: string,
    environment: Readonly<Record<string, string | undefined>>,
): Promise<WorkingCopy> {
    const ask = (...args: readonly string[]): Promise<string | undefined> => askGit(root, environment, args);
    const [commit, branch, changes] = await Promise.all([
        ask("rev-parse", "--verify", "--quiet", "HEAD"),
        ask("symbolic-ref", "--quiet", "--short", "HEAD"),
        ask("status", "--porcelain", "--untracked-files=normal"),
    ]);
    return { commit: commit || undefined, branch: branch || undefined, isChanged: (changes ?? "") !== "" };
}

/** What git writes; undefined where it fails or is not installed. */
async function askGit(
    root: string,
    environment: Readonly<Record<string, string | undefined>>,
    args: readonly string[],
): Promise<string | undefined> {
    const result = await runProcess(
        {
            argv: ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", ...args],
            directory: root,
            environment: Object.fromEntries(
                Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
            ),
        },
        { signal: new AbortController().signal, timeoutSeconds: patienceSeconds, captureBytes: mostBytes },
    ).catch(() => undefined);
    return result?.exitCode === 0 ? result.stdout.trim() : undefined;
}
