import { AppError } from "../../../../common/errors.ts";
import type { GitCall } from "../../core/git.ts";
import { isForbiddenName, shown, type TreeEntry } from "./commit-tree.ts";
import type { GitContext } from "./context.ts";
import { gitLimits } from "./limits.ts";

/** A section of `.gitmodules`. */
export interface Submodule {
    readonly name: string;
    readonly path: string;
    /** As written there; "" where there is none. */
    readonly url: string;
}

/**
 * The submodules that a commit's `.gitmodules` names. Throws AppError `invalid` (`not_contained`) for a symlink in its
 * place, and for names and paths that lead out of the worktree or into each other. Nothing else of the file is used.
 */
export async function readGitmodules(
    context: GitContext,
    mirror: string,
    entries: readonly TreeEntry[],
    call: GitCall,
): Promise<readonly Submodule[]> {
    const file = entries.find(({ path }) => path.toLowerCase() === ".gitmodules");
    if (file === undefined) {
        return [];
    }
    if (file.path !== ".gitmodules" || !file.mode.startsWith("100") || file.sizeBytes > gitLimits.gitmodulesBytes) {
        throw refusal(".gitmodules", "it is a symlink, too large, or written with other letters");
    }
    const args = [
        `--git-dir=${mirror}`,
        "config",
        "--no-includes",
        `--blob=${file.object}`,
        "-z",
        "--get-regexp",
        "^submodule\\.",
    ];
    const result = await context.runLocal(args, call);
    if (result.exitCode > 1 || result.stderrTail !== "") {
        throw refusal(".gitmodules", "it cannot be read");
    }
    const submodules = parseSections(result.stdout);
    checkSubmodules(submodules);
    return submodules;
}

/** Reads what `git config -z --get-regexp` writes; of a setting given twice the last counts. */
export function parseSections(output: string): readonly Submodule[] {
    const sections = new Map<string, { path: string; url: string }>();
    for (const row of output.split("\0")) {
        const [, name, key, value = ""] = /^submodule\.(.*)\.(path|url)(?:\n(.*))?$/s.exec(row) ?? [];
        if (name !== undefined) {
            const section = sections.get(name) ?? { path: "", url: "" };
            sections.set(name, key === "path" ? { ...section, path: value } : { ...section, url: value });
        }
    }
    return [...sections].flatMap(([name, section]) => (section.path === "" ? [] : [{ name, ...section }]));
}

function checkSubmodules(submodules: readonly Submodule[]): void {
    const seen = new Set<string>();
    for (const { name, path } of submodules) {
        if (name.split(/[/\\]/).some(isForbiddenName)) {
            throw refusal(`.gitmodules: the submodule name "${shown(name)}"`, "it leads out of its folder");
        }
        const plain = path.replace(/\/$/, "");
        if (plain.split(/[/\\]/).some(isForbiddenName) || path.startsWith("-") || /\p{Cc}/u.test(path)) {
            throw refusal(`.gitmodules: the path "${shown(path)}"`, "it leads out of the repository, or is an option");
        }
        if (seen.has(plain.toLowerCase())) {
            throw refusal(`.gitmodules: the path "${shown(path)}"`, "two submodules have it");
        }
        seen.add(plain.toLowerCase());
    }
}

function refusal(what: string, reason: string): AppError {
    return new AppError("invalid", `${what} is not allowed: ${reason}; correct it there`, {
        details: { errorCode: "not_contained" },
    });
}
