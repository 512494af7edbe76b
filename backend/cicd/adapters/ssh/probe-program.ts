import { AppError } from "../../../../common/errors.ts";
import { shellQuote } from "../../commands/shell-quote.ts";
import type { SshLink } from "./link.ts";
import { runScript } from "./run-script.ts";

export const userAgent = "dockge-cicd health check";

const noProgram = 97;

export interface Question {
    readonly url: string;
    readonly timeoutSeconds: number;
    readonly signal: AbortSignal;
}

/**
 * Asks with curl or wget on the machine, whichever is there; undefined when nobody answers. Throws AppError `unavailable`
 * (`not_supported`) where there is neither.
 */
export async function askByProgram(link: SshLink, question: Question): Promise<number | undefined> {
    const answered = new AbortController();
    let output = "";
    const running = runScript(link, probeScript(question), {
        sudo: false,
        signal: AbortSignal.any([question.signal, answered.signal]),
        // The programs stop by themselves: this is for a machine that hangs.
        timeoutSeconds: question.timeoutSeconds + 10,
        onStdout: (bytes) => {
            output += bytes.toString();
            if (statusIn(output) !== undefined) {
                answered.abort();
            }
        },
    });
    const ended = await running.catch((error: unknown) => {
        if (!answered.signal.aborted) {
            throw error;
        }
    });
    if (ended?.status === noProgram) {
        throw cannotAsk(link.host);
    }
    return statusIn(output);
}

/** The status in a status line. */
export function statusIn(output: string): number | undefined {
    const status = /^\s*HTTP\/[\d.]+ (\d{3})\b/m.exec(output)?.[1];
    return status === undefined ? undefined : Number(status);
}

/**
 * Prints the first status line that is not a 1xx. Whatever comes after it, such as an endless body, or what a redirect
 * leads to (BusyBox' wget cannot be told not to follow), meets a closed pipe.
 */
export function probeScript({ url, timeoutSeconds }: Omit<Question, "signal">): string {
    const seconds = String(Math.ceil(timeoutSeconds));
    const curl = ["curl", "-q", "-s", "-g", "-i", "-N", "--noproxy", "*", "--max-time", seconds, "-A", userAgent];
    const wget = ["wget", "-q", "-S", "-Y", "off", "-T", seconds, "-U", userAgent, "-O", "-"];
    return `export LC_ALL=C
first() { sed -n '/^ *HTTP\\/[0-9.]* [2-9]/{p;q;}'; }
if command -v curl >/dev/null 2>&1; then
    ${shellQuote([...curl, "--", url])} | first
    exit 0
fi
command -v wget >/dev/null 2>&1 || exit ${noProgram}
once=
wget --help 2>&1 | grep -q -e --max-redirect && once='--max-redirect=0 --tries=1'
${shellQuote(wget)} $once ${shellQuote([url])} 2>&1 | first
exit 0`;
}

function cannotAsk(host: string): AppError {
    return new AppError(
        "unavailable",
        `healthCheckPath: cannot be asked for on ${host}: its SSH server forbids TCP forwarding, and it has neither curl ` +
            "nor wget; allow forwarding there (AllowTcpForwarding), or install curl",
        { details: { errorCode: "not_supported" } },
    );
}
