import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../../../common/errors.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { deploymentMark, type Command, type CommandResult, type RunOptions } from "../../core/target-host.ts";
import { createCommandOutput } from "./command-output.ts";
import {
    endScript,
    forgetScript,
    neverStarted,
    restScript,
    resumeScript,
    startFailures,
    startScript,
} from "./command-scripts.ts";
import { connectionLost, isConnectionLoss } from "./failures.ts";
import type { SshLink } from "./link.ts";
import { createReportParser, type CommandReport } from "./report-parser.ts";
import { readScript, runScript } from "./run-script.ts";

export interface CommandPlace {
    readonly link: SshLink;
    readonly sudo: boolean;
    /** The command's own folder on the machine; does not exist yet. */
    readonly place: string;
    /** How long a broken connection is tried anew before the command is given up. */
    readonly patienceSeconds: number;
}

type Cause = "cancelled" | "timed_out" | "output_too_large";

const killedCode = 137;
/** How long a command that was killed may take to be gone: it may hang in the kernel, on a disk that does not answer. */
const graceSeconds = 60;
const firstPause = 200;
const longestPause = 5000;

/**
 * Runs a command on a machine to its end, however often the connection breaks meanwhile. Throws what `SshLink` throws
 * where it could not be started, and AppError `unavailable` where the connection does not come back: the command may
 * run on then.
 */
export async function runRemote(where: CommandPlace, command: Command, options: RunOptions): Promise<CommandResult> {
    let cause: Cause | undefined;
    let ending: Promise<void> | undefined;
    const over = new AbortController();
    let grace: NodeJS.Timeout | undefined;
    const giveUp = (): void => over.abort(notEnding(where.link.host, command));
    const end = (why: Cause): void => {
        cause ??= why;
        ending ??= persist(where, () => readScript(where.link, endScript(where.place), where))
            .then(
                () => undefined,
                () => undefined,
            )
            .then(() => {
                grace = setTimeout(giveUp, graceSeconds * 1000);
            });
    };
    const output = createCommandOutput(options, () => end("output_too_large"));
    const onAbort = (): void => end("cancelled");
    const timer = setTimeout(() => end("timed_out"), options.timeoutSeconds * 1000);
    options.signal.addEventListener("abort", onAbort);
    try {
        const marked = { ...command, environment: withMark(command, options) };
        const { exitCode } = await follow({ ...where, signal: over.signal }, marked, output);
        await ending;
        // Nobody waits for it, and a connection that breaks meanwhile leaves nothing behind either.
        void persist(where, () => readScript(where.link, forgetScript(where.place), where)).catch(() => undefined);
        if (cause === "output_too_large") {
            throw new AppError("invalid", `${command.argv[0]}: its output is too large; make it write less`);
        }
        return {
            exitCode: exitCode ?? killedCode,
            ...output.end(),
            timedOut: cause === "timed_out",
            cancelled: cause === "cancelled",
        };
    } finally {
        clearTimeout(timer);
        clearTimeout(grace);
        options.signal.removeEventListener("abort", onAbort);
    }
}

type Output = ReturnType<typeof createCommandOutput>;

/** Aborted when a command does not even end when it is killed. */
interface FollowedPlace extends CommandPlace {
    readonly signal: AbortSignal;
}

async function follow(where: FollowedPlace, command: Command, output: Output): Promise<CommandReport> {
    const mark = `cicd-${randomId()}`;
    const environment = command.environment ?? {};
    const script = startScript(command, { place: where.place, environment, mark });
    const report = await followOnce(where, { script, mark, command }, output);
    const known =
        report ??
        (await persist(where, async () => {
            const resumed = resumeScript(where.place, output.arrived(), mark);
            const later = await followOnce(where, { script: resumed, mark, command }, output);
            if (later === undefined) {
                throw connectionLost(where.link.host);
            }
            return later;
        }));
    await persist(where, () => readRest(where, known, output));
    return known;
}

/** Follows over one connection; undefined where it broke. */
async function followOnce(
    { link, sudo, signal }: FollowedPlace,
    { script, mark, command }: { readonly script: string; readonly mark: string; readonly command: Command },
    output: Output,
): Promise<CommandReport | undefined> {
    const parser = createReportParser(mark, (bytes) => output.push("stdout", bytes));
    let words = "";
    const { status } = await runScript(link, script, {
        sudo,
        signal,
        // The command's own time is the caller's affair.
        timeoutSeconds: 7 * 24 * 3600,
        onStdout: parser.push,
        onStderr: (bytes) => {
            words = words.length < 4096 ? words + bytes.toString() : words;
            output.push("stderr", bytes);
        },
    });
    const report = parser.report();
    if (report === undefined && status !== undefined) {
        throw notStarted(status, command, { host: link.host, words: words.trim() });
    }
    return report;
}

async function readRest({ link, sudo, place }: CommandPlace, report: CommandReport, output: Output): Promise<void> {
    const arrived = output.arrived();
    if (arrived.stdout >= report.stdout && arrived.stderr >= report.stderr) {
        return;
    }
    const { status } = await runScript(link, restScript(place, arrived), {
        sudo,
        timeoutSeconds: 600,
        onStdout: (bytes) => output.push("stdout", bytes),
        onStderr: (bytes) => output.push("stderr", bytes),
    });
    if (status === undefined) {
        throw connectionLost(link.host);
    }
}

/** Does something again and again while the connection breaks, until the patience is over. */
async function persist<T>({ link, patienceSeconds }: CommandPlace, attempt: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + patienceSeconds * 1000;
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
        try {
            return await attempt();
        } catch (error) {
            if (!isConnectionLoss(error)) {
                throw error;
            }
            if (Date.now() + pause > deadline) {
                throw new AppError(
                    "unavailable",
                    `host: the connection to ${link.host} was lost and has not come back for ${patienceSeconds} s. What ` +
                        "ran there may have gone on: look there before you try again",
                    { details: { errorCode: "remote_unavailable" }, cause: error },
                );
            }
        }
        await sleep(pause);
    }
}

function withMark(command: Command, { deploymentId }: RunOptions): Readonly<Record<string, string>> {
    return { ...command.environment, ...(deploymentId !== undefined && { [deploymentMark]: deploymentId }) };
}

/** Not a lost connection: it is not tried anew. */
function notEnding(host: string, { argv: [program] }: Command): AppError {
    return new AppError("unavailable", `${program}: does not end on ${host}, though it was killed; look there`, {
        details: { program, errorCode: "command_failed" },
    });
}

/** What the exit status of a script that has started nothing means. */
function notStarted(
    status: number,
    { argv: [program], directory }: Command,
    { host, words }: { readonly host: string; readonly words: string },
): AppError {
    if (status === neverStarted) {
        return new AppError(
            "unavailable",
            `${program}: the connection to ${host} was lost before it was started; try again`,
            {
                details: { program, errorCode: "remote_unavailable", started: false },
            },
        );
    }
    const reasons: Readonly<Record<number, string | undefined>> = {
        [startFailures.directory]: `the folder ${directory} cannot be entered there; check that it exists`,
        [startFailures.place]:
            "the folder .cicd in the target's stacks directory cannot be written to; check its owner",
        [startFailures.program]: "there is no such program in the user's PATH; install it there",
    };
    const reason = reasons[status] ?? `the shell there ended with ${status} (${words.split("\n").at(-1) ?? ""})`;
    return new AppError("unavailable", `${program}: cannot be started on ${host}: ${reason}`, {
        details: { program, errorCode: "command_failed" },
    });
}
