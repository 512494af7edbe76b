import picomatch from "picomatch";
import { isGlobTooCostly } from "./glob-cost.ts";
import { patternCost } from "./pattern-cost.ts";
import type { PushEvent } from "./webhook-event.ts";

/** What of a repository and its build configuration decides about a push. */
export interface PushRules {
    readonly branch: string;
    readonly paths: readonly string[];
    readonly composePath?: string | null | undefined;
    readonly autoDeployOnPush: boolean;
    readonly autoDeployBranches: readonly string[];
    readonly autoDeployTags: readonly string[];
}

/** Steps of matching that take some milliseconds at worst. */
const affordableCost = 5_000_000;
const skipMarker = /\[(?:skip ci|ci skip|skip cd|no deploy)\]/i;

/** Why a push does not deploy a stack, for people; undefined when it does. */
export function whyPushIgnored(push: PushEvent, rules: PushRules): string | undefined {
    if (!rules.autoDeployOnPush) {
        return "autoDeployOnPush is off";
    }
    return (
        whyRefIgnored(push.ref, rules) ??
        whyMessageIgnored(push.message) ??
        (push.files !== undefined && push.before !== undefined && !touchesStack(push.files, rules)
            ? `no changed file matches the stack's paths (${describePaths(rules)})`
            : undefined)
    );
}

/** Whether a push that does not deploy runs the stack's pipeline all the same: by the rules of its branch. */
export function runsPipelineOnly(
    push: PushEvent,
    rules: PushRules & { readonly pipelineBranches: readonly string[] },
): boolean {
    if (push.ref.type === "tag" || rules.pipelineBranches.length === 0 || whyPushIgnored(push, rules) === undefined) {
        return false;
    }
    const asked = { ...rules, autoDeployOnPush: true, autoDeployBranches: rules.pipelineBranches };
    return whyPushIgnored(push, asked) === undefined;
}

/**
 * Whether any changed file belongs to the stack. Without `paths`: to the compose file's folder, when that is a
 * subfolder. A path that would take long to match counts as one of the stack's.
 */
export function touchesStack(files: readonly string[], rules: Pick<PushRules, "paths" | "composePath">): boolean {
    const globs = stackGlobs(rules);
    if (globs.length === 0) {
        return files.length > 0;
    }
    const wanted = globs.filter((glob) => !glob.startsWith("!")).flatMap(withContents);
    const unwanted = globs.filter((glob) => glob.startsWith("!")).flatMap((glob) => withContents(glob.slice(1)));
    const isWanted = wanted.length === 0 ? (): boolean => true : picomatch(wanted, { dot: true, nonegate: true });
    const isUnwanted =
        unwanted.length === 0 ? (): boolean => false : picomatch(unwanted, { dot: true, nonegate: true });
    const bases = wanted.map((glob) => picomatch.scan(glob).base);
    const isUnclear = (file: string): boolean => globs.some((glob) => isGlobTooCostly(glob, file));
    return files.some(
        (file) => isUnclear(file) || (isWanted(file) && !isUnwanted(file)) || bases.some((base) => holds(file, base)),
    );
}

/** Whether a changed path is a folder that holds what is watched: then it is a submodule. */
function holds(path: string, watched: string): boolean {
    return watched.startsWith(`${path}/`);
}

/** Why nothing that is pushed to a ref is deployed; undefined where it is. */
export function whyRefIgnored(
    ref: PushEvent["ref"],
    rules: Pick<PushRules, "branch" | "autoDeployBranches" | "autoDeployTags">,
): string | undefined {
    if (ref.type === "tag") {
        const matches = rules.autoDeployTags.some((pattern) => matchesWhole(pattern, ref.name));
        return matches ? undefined : `tag ${ref.name} matches no rule of autoDeployTags`;
    }
    if (rules.autoDeployBranches.length === 0) {
        return ref.name === rules.branch ? undefined : `branch ${ref.name} is not ${rules.branch}`;
    }
    const matches = rules.autoDeployBranches.some((pattern) => matchesWhole(pattern, ref.name));
    return matches ? undefined : `branch ${ref.name} matches no rule of autoDeployBranches`;
}

/** Whether a rule would never be tried, because matching it may take exponential time. */
export function isRuleTooCostly(pattern: string): boolean {
    return patternCost(pattern, 1) === Infinity;
}

/** Whether a rule matches the whole name. A rule that would take too long matches nothing but itself as plain text. */
function matchesWhole(pattern: string, name: string): boolean {
    if (patternCost(pattern, name.length) > affordableCost) {
        return pattern === name;
    }
    try {
        return new RegExp(`^(?:${pattern})$`, "u").test(name);
    } catch {
        return false;
    }
}

/** Why a commit's message keeps it from being deployed; undefined when it does not. */
export function whyMessageIgnored(message: string | undefined): string | undefined {
    const marker = skipMarker.exec(message ?? "")?.[0];
    return marker === undefined ? undefined : `the commit message says ${marker}`;
}

function stackGlobs({ paths, composePath }: Pick<PushRules, "paths" | "composePath">): readonly string[] {
    if (paths.length > 0) {
        return paths;
    }
    const folder = composePath?.includes("/") === true ? composePath.slice(0, composePath.lastIndexOf("/")) : "";
    return folder.replace(/^\.?\/*/, "") === "" ? [] : [escapeGlob(folder)];
}

/** The folder's name is text, not a pattern. */
function escapeGlob(text: string): string {
    return text.replace(/[\\!*?[\]{}()+@|]/g, "\\$&");
}

/** A path stands for itself and everything below it. */
function withContents(glob: string): string[] {
    const plain = glob.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
    return [plain, `${plain}/**`];
}

function describePaths(rules: PushRules): string {
    return stackGlobs(rules).join(", ");
}
