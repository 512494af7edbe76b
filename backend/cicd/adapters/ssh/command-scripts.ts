import { shellExports, shellQuote } from "../../commands/shell-quote.ts";
import type { Command } from "../../core/target-host.ts";

/** How many bytes of a command's output have arrived here. */
export interface Arrived {
    readonly stdout: number;
    readonly stderr: number;
}

/** What scripts that start a command end with when it was not started. */
export const startFailures = { directory: 97, place: 98, program: 99 } as const;

/** What the resuming script ends with where the command was never started; from then on it cannot be. */
export const neverStarted = 95;

/**
 * Starts a command in a session of its own, which does not end with the connection, and follows its output. Its folder
 * (`place`) gets the files `out`, `err`, `pid` (process and group, with the kernel's start time) and, at the end, `exit`.
 */
export function startScript(
    command: Command,
    where: { readonly place: string; readonly environment: Readonly<Record<string, string>>; readonly mark: string },
): string {
    const [program] = command.argv;
    const input = command.input === undefined ? "" : `printf %s ${shellQuote([command.input])} |\n`;
    return `${preamble(where.place)}
usual=$(umask)
umask 077
cd -- ${shellQuote([command.directory])} 2>/dev/null || exit ${startFailures.directory}
${claim} || exit ${startFailures.place}
: >"$d/out" && : >"$d/err" || exit ${startFailures.place}
unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES COMPOSE_PATH_SEPARATOR COMPOSE_ENV_FILES
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
${shellExports(where.environment)}command -v ${shellQuote([program])} >/dev/null 2>&1 || exit ${startFailures.program}
${input}setsid sh -c ${shellQuote([runner])} sh "$usual" "$d" ${shellQuote(command.argv)} ${input === "" ? "</dev/null " : ""}>/dev/null 2>&1 &
runner=$!
${follow({ stdout: 0, stderr: 0 })}
wait "$runner"
${report(where.mark)}`;
}

/**
 * The command keeps the user's own mask, and its end is written down whatever ends it. What it leaves running in its group
 * is ended with it.
 */
const runner = `usual=$1 d=$2
shift 2
trap : TERM INT HUP
since=$(read -r stat </proc/$$/stat; set -- $stat; shift 21; echo "$1")
echo "$$ $since" >"$d/pid.new" && mv "$d/pid.new" "$d/pid"
(umask "$usual"; trap - TERM INT HUP; exec "$@") >>"$d/out" 2>>"$d/err"
echo $? >"$d/exit.new" && mv "$d/exit.new" "$d/exit"
kill -s KILL -- "-$$"`;

/** Goes on with a command that was started over another connection, from what has arrived of its output. */
export function resumeScript(place: string, arrived: Arrived, mark: string): string {
    return `${preamble(place)}
umask 077
${claim} && exit ${neverStarted}
${awaitStart}
${follow(arrived)}
while [ ! -f "$d/exit" ] && alive; do sleep 0.2; done
${report(mark)}`;
}

/** Prints what of the output has not arrived: standard output there, standard error there. */
export function restScript(place: string, { stdout, stderr }: Arrived): string {
    return `${preamble(place)}
tail -c +${stdout + 1} "$d/out"
tail -c +${stderr + 1} "$d/err" >&2`;
}

/** Ends a command and its group: SIGTERM, after two seconds SIGKILL. */
export function endScript(place: string): string {
    return `${preamble(place)}
${awaitStart}
alive || exit 0
kill -s TERM -- "-$p"
n=0
while [ ! -f "$d/exit" ] && alive && [ $n -lt 20 ]; do sleep 0.1; n=$((n + 1)); done
alive && kill -s KILL -- "-$p"
exit 0`;
}

/** Removes a command's folder, and that of its deployment when it was the last. */
export function forgetScript(place: string): string {
    return `${preamble(place)}
rm -rf -- "$d"
rmdir -- "\${d%/*}" 2>/dev/null
exit 0`;
}

/** Kills the commands of a deployment but the `live` ones, removes their folders, and prints how many there were. */
export function orphansScript(folder: string, live: readonly string[]): string {
    const spared = live.length === 0 ? "" : `case "\${d##*/}" in ${live.join("|")}) continue ;; esac\n`;
    return `${preamble("")}
ended=0
for d in ${shellQuote([folder])}/*; do
[ -d "$d" ] || continue
${spared}if alive; then
    ended=$((ended + 1))
    n=0
    while alive && [ $n -lt 100 ]; do kill -s KILL -- "-$p" 2>/dev/null; sleep 0.05; n=$((n + 1)); done
fi
rm -rf -- "$d"
done
rmdir -- ${shellQuote([folder])} 2>/dev/null
echo "$ended"`;
}

/** \`alive\` tells whether the command's first process is there still, and not another one with its number. */
function preamble(place: string): string {
    return `d=${shellQuote([place])}
alive() {
    p= since=
    [ -f "$d/pid" ] && read -r p since <"$d/pid" || return 1
    { read -r stat <"/proc/$p/stat"; } 2>/dev/null || return 1
    set -- $stat
    [ "$3" != Z ] && [ "\${22}" = "$since" ]
}`;
}

const awaitStart = `n=0
while [ ! -f "$d/pid" ] && [ $n -lt 25 ]; do sleep 0.2; n=$((n + 1)); done`;

/** Makes the command's folder, once: again where the one above it was just removed, being empty, by another script. */
const claim = `claim() {
    n=0
    until { mkdir -p -- "\${d%/*}" && mkdir -- "$d"; } 2>/dev/null; do
        n=$((n + 1))
        [ ! -e "$d" ] && [ $n -lt 10 ] || return 1
    done
}
claim`;

/** From here on the shell's own remarks, such as that a process has ended, are nobody's business. */
function follow({ stdout, stderr }: Arrived): string {
    return `exec 3>&2 2>/dev/null
tail -c +${stdout + 1} -f "$d/out" &
first=$!
tail -c +${stderr + 1} -f "$d/err" >&3 &
second=$!`;
}

/** Exit code (or \`gone\`) and sizes, after a mark that no output has. */
function report(mark: string): string {
    return `code=gone
[ -f "$d/exit" ] && read -r code <"$d/exit"
sizes="$(($(wc -c <"$d/out"))) $(($(wc -c <"$d/err")))"
kill "$first" "$second"
wait "$first" "$second"
printf '\\0${mark} %s %s\\n' "$code" "$sizes"`;
}
