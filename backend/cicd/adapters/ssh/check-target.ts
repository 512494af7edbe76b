import type { TargetCheck, TargetProblem } from "../../../../common/schema/deploy-target.ts";
import { shellQuote } from "../../commands/shell-quote.ts";
import type { DeployTargetRecord } from "../../core/deploy-target.ts";
import type { SshLink } from "./link.ts";
import { readScript } from "./run-script.ts";

type Seen = ReadonlyMap<string, string>;
type Problem = TargetProblem["code"];

/** Looks around on a machine that can be logged in to. */
export async function lookAround(
    link: SshLink,
    target: Pick<DeployTargetRecord, "sudo" | "username" | "stacksDirectory">,
    signal: AbortSignal,
): Promise<Omit<TargetCheck, "hostKeyFingerprint">> {
    const options = { signal, timeoutSeconds: 60 };
    const { status, stdout } = await readScript(link, lookScript(target), { ...options, sudo: target.sudo });
    const seen = parse(stdout);
    if (target.sudo && !seen.has("user")) {
        return { ...nothing(target.username), problems: [{ code: "sudo_refused", message: sudoRefused(target) }] };
    }
    const problems = [...missingPrograms(seen, status), ...engineProblems(seen), ...directoryProblems(seen, target)];
    return {
        ok: problems.length === 0,
        user: seen.get("user") ?? target.username,
        engineVersion: seen.get("engine"),
        composeVersion: seen.get("compose"),
        freeBytes: seen.has("free") ? Number(seen.get("free")) * 1024 : undefined,
        directoryWritable: seen.get("directory") === "writable",
        problems,
    };
}

/** Files are written as the user who logs in, so without sudo; the folder may be one that is still to be made. */
function lookScript({ stacksDirectory, username, sudo }: Parameters<typeof lookAround>[1]): string {
    const writes = sudo ? `sudo -n -u ${shellQuote([username])} test -w "$at"` : `test -w "$at"`;
    return `PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
say() { printf '%s=%s\\n' "$1" "$(printf %s "$2" | tr '\\n' ' ')"; }
say user "$(id -un 2>/dev/null || id -u)"
for name in setsid flock tail sha256sum; do command -v $name >/dev/null 2>&1 || say lacks $name; done
if command -v docker >/dev/null 2>&1; then
    if words=$(docker version --format '{{.Server.Version}}' 2>&1); then say engine "$words"; else say engine_error "\${words:-no words}"; fi
    if words=$(docker compose version --short 2>&1); then say compose "$words"; else say compose_error "\${words:-no words}"; fi
else
    say docker missing
fi
at=${shellQuote([stacksDirectory])}
while [ ! -e "$at" ] && [ "$at" != / ] && [ -n "$at" ]; do at=\${at%/*}; : "\${at:=/}"; done
say free "$(df -Pk -- "$at" 2>/dev/null | tail -n 1 | awk '{ print $4 }')"
if ! [ -d "$at" ]; then say directory no_directory; elif ${writes}; then say directory writable; else say directory denied; fi
say there "$at"`;
}

function parse(text: string): Seen {
    const pairs = text.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
    const seen = new Map<string, string>();
    for (const [name = "", value = ""] of pairs) {
        if (name !== "" && value.trim() !== "") {
            seen.set(name, value.trim());
        }
    }
    return seen;
}

function missingPrograms(seen: Seen, status: number): readonly TargetProblem[] {
    if (seen.size === 0) {
        const message = `The login shell runs no POSIX sh (it ended with ${status}). Give the user an ordinary shell.`;
        return [{ code: "program_missing", message }];
    }
    const lacks = seen.get("lacks");
    return lacks === undefined
        ? []
        : [
              {
                  code: "program_missing",
                  message: `The program ${lacks} is missing there. Install coreutils and util-linux.`,
              },
          ];
}

function engineProblems(seen: Seen): readonly TargetProblem[] {
    if (seen.has("docker")) {
        return [problem("docker_missing")];
    }
    const [engine, compose] = [seen.get("engine_error"), seen.get("compose_error")];
    const denied = /permission denied/i.test(engine ?? "");
    return [
        ...(engine === undefined ? [] : [problem(denied ? "engine_denied" : "engine_unavailable", engine)]),
        ...(compose === undefined ? [] : [problem("compose_missing")]),
    ];
}

function directoryProblems(
    seen: Seen,
    { stacksDirectory }: Pick<DeployTargetRecord, "stacksDirectory">,
): readonly TargetProblem[] {
    const state = seen.get("directory");
    if (state === "writable" || state === undefined) {
        return [];
    }
    return [problem(state === "denied" ? "directory_not_writable" : "directory_missing", stacksDirectory)];
}

const messages: Readonly<Record<Problem, (detail: string) => string>> = {
    docker_missing: () =>
        "There is no docker program in the user's PATH. Install Docker Engine with the Compose plugin.",
    engine_denied: () =>
        "The user may not use Docker's socket. Add the user to the group docker (then log in anew), or turn sudo on.",
    engine_unavailable: (words) => `The Docker engine there does not answer (${words}). Start it.`,
    compose_missing: () => "The Compose plugin is missing there. Install docker-compose-plugin, version 2.20 or newer.",
    sudo_refused: (words) => words,
    program_missing: (words) => words,
    directory_missing: (path) => `${path} is no directory. Make it, and give it to the user.`,
    directory_not_writable: (path) =>
        `The user may not write in ${path}, or make it. Make the directory there and give it to the user (chown).`,
};

function problem(code: Problem, detail = ""): TargetProblem {
    return { code, message: messages[code](detail) };
}

function sudoRefused({ username }: Pick<DeployTargetRecord, "username">): string {
    return (
        `sudo asks ${username} for a password, does not let the user run a shell, or is missing. Allow it without a ` +
        "password (NOPASSWD), or turn sudo off."
    );
}

function nothing(user: string) {
    return { ok: false, user, directoryWritable: false };
}
