import type { PlannedJob } from "../../../common/schema/pipeline-plan.ts";

/** The most that the text of a job's scripts may take, in bytes: an engine hands it over as one argument. */
export const longestScript = 100 * 1024;

type Scripts = Pick<PlannedJob, "beforeScript" | "script" | "afterScript">;

/**
 * The text for a POSIX `sh -c` that runs a job's commands: those before the script and the script in one shell that ends
 * at the first failure; those after it in a shell of their own, which knows CICD_JOB_STATUS (`success` or `failed`) and
 * does not change the exit code. Each command is printed before it runs, as it stands in the file. Everything goes to
 * standard output: between two pipes nobody could tell whether a command or its error message came first.
 */
export function jobScript({ beforeScript, script, afterScript }: Scripts): string {
    const main = stepsOf([...beforeScript, ...script]);
    return `exec 2>&1\n${afterScript.length === 0 ? main : withAfter(main, stepsOf(afterScript))}`;
}

/** Neither shell is asked for its result by `||` or `if`: `set -e` would mean nothing inside it. */
function withAfter(main: string, after: string): string {
    return `(
${main})
cicd_exit=$?
CICD_JOB_STATUS=success
[ "$cicd_exit" -eq 0 ] || CICD_JOB_STATUS=failed
export CICD_JOB_STATUS
(
${after})
[ "$?" -eq 0 ] || printf '%s\\n' 'after_script has failed; the result of the job stays'
exit "$cicd_exit"
`;
}

function stepsOf(commands: readonly string[]): string {
    return `set -e\n${commands.map(stepOf).join("")}`;
}

/**
 * Each command is a text of its own for `eval`: an open quote or here-document ends with it. Line breaks around it keep a
 * leading `-` from being an option.
 */
function stepOf(command: string): string {
    return `printf '%s\\n' ${quoted(shown(command))}\neval ${quoted(`\n${command}\n`)}\n`;
}

/** The command as it stands in the file, as a shell shows what is typed into it. */
function shown(command: string): string {
    const lines = command.split("\n");
    const last = lines.findLastIndex((line) => line !== "");
    return `$ ${lines.slice(0, last + 1).join("\n> ")}`;
}

function quoted(text: string): string {
    return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
