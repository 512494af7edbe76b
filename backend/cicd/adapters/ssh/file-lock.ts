import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import { shellQuote } from "../../commands/shell-quote.ts";
import type { LockAnswer, LockHolder, LockRequest, RemoteLock } from "../../core/remote-lock.ts";
import type { SshLink } from "./link.ts";
import { readScript } from "./run-script.ts";

const Notes = z.object({ owner: z.string(), reason: z.string() });

export interface FileLockOptions {
    readonly link: SshLink;
    readonly sudo: boolean;
    readonly ownDirectory: string;
}

/**
 * A lock is a file on the machine: the owner, the times by the machine's own clock, and a note for people. It is only
 * read and written under the kernel's lock on a file beside it, which ends with the shell that holds it.
 */
export function createFileLock(options: FileLockOptions): RemoteLock {
    return {
        async take(request) {
            const taken = await attempt(options, request);
            return taken.taken ? { taken: true, lease: leaseOf(options, request) } : taken;
        },
    };
}

function leaseOf(options: FileLockOptions, request: LockRequest) {
    return {
        renew: async () => (await attempt(options, request)).taken,
        async release() {
            await inTurn(options, request, `[ "$owner" = "$mine" ] && rm -f -- "$lock"\nexit 0`);
        },
    };
}

async function attempt(
    options: FileLockOptions,
    request: LockRequest,
): Promise<{ readonly taken: true } | Extract<LockAnswer, { taken: false }>> {
    const notes = JSON.stringify({ owner: request.owner, reason: request.reason });
    const script = `if [ -n "$owner" ] && [ "$owner" != "$mine" ] && [ "$until" -gt "$now" ]; then
    printf '%s\\n' "$since" "$until" "$notes"
    exit ${statuses.held}
fi
[ "$owner" = "$mine" ] && [ "$until" -gt "$now" ] || since=$now
printf '%s\\n' "$mine" "$since" "$((now + ${Math.ceil(request.leaseSeconds)}))" ${shellQuote([notes])} >"$lock.new" &&
mv -- "$lock.new" "$lock" || exit ${statuses.unwritable}`;
    const { status, stdout } = await inTurn(options, request, script);
    return status === statuses.held ? { taken: false, holder: holderOf(stdout) } : { taken: true };
}

const statuses = { held: 90, unwritable: 91, busy: 92, noFlock: 93 } as const;

/** Runs lines that may use `mine`, `lock`, `now`, and of the lock's file `owner`, `since`, `until` and `notes`. */
async function inTurn(options: FileLockOptions, { stack, owner }: LockRequest, lines: string) {
    const script = `umask 077
directory=${shellQuote([options.ownDirectory])}
lock="$directory/"${shellQuote([`${stack}.lock`])}
mine=${shellQuote([owner])}
command -v flock >/dev/null 2>&1 || exit ${statuses.noFlock}
mkdir -p -- "$directory" && exec 9>>"$directory/locks" || exit ${statuses.unwritable}
flock -w 10 9 || exit ${statuses.busy}
owner= since=0 until=0 notes=
[ -f "$lock" ] && { read -r owner; read -r since; read -r until; read -r notes; } <"$lock"
now=$(date +%s)
${lines}`;
    const answer = await readScript(options.link, script, options);
    const failure = failures[answer.status];
    if (failure !== undefined || ![0, statuses.held].includes(answer.status)) {
        const words = failure ?? answer.stderr.trim();
        throw new AppError("unavailable", `lock: ${options.link.host} cannot keep the stack's lock: ${words}`, {
            details: { errorCode: "apply_failed" },
        });
    }
    return answer;
}

const failures: Readonly<Record<number, string | undefined>> = {
    [statuses.unwritable]: "the folder .cicd in its stacks directory cannot be written to; check owner and disk",
    [statuses.busy]: "another program has held it for ten seconds; try again",
    [statuses.noFlock]: "it lacks the program flock; install util-linux there",
};

function holderOf(text: string): LockHolder {
    const [since = "", until = "", notes = ""] = text.split("\n");
    const time = (seconds: string): string => new Date(Number(seconds) * 1000).toISOString();
    const { owner, reason } = Notes.safeParse(parseJson(notes)).data ?? { owner: "somebody", reason: notes };
    return { owner, reason, since: time(since), until: time(until) };
}

function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
