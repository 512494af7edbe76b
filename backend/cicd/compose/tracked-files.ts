import { broughtFolder } from "./brought-files.ts";
import { folderOf, generatedOverrideName, overrideFileNames } from "./find-compose-file.ts";
import type { Mistake } from "./mistake.ts";
import { pathIndex } from "./path-index.ts";
import { isInFolder, normalizePath } from "./repository-path.ts";

export interface TrackedInput {
    /** Every path of the commit, relative to the repository's root. */
    readonly paths: readonly string[];
    /** The compose file's folder; "" for the root. */
    readonly folder: string;
    /** What a tracked symlink points to, as it is written; undefined for what is no symlink. */
    readonly linkTarget: (path: string) => string | undefined;
}

export interface TrackedFile {
    /** Relative to the repository's root. */
    readonly source: string;
    /** Relative to the stack's directory. */
    readonly target: string;
    /** Copied only where there is none yet: the stack's own `.env`. */
    readonly onlyIfMissing: boolean;
}

export interface TrackedFiles {
    readonly files: readonly TrackedFile[];
    readonly mistakes: readonly Mistake[];
    /** Tracked files that are not copied, and why. */
    readonly warnings: readonly string[];
}

/**
 * The tracked files at and below paths outside of the compose file's folder, which services use: they go into a folder
 * of their own. A symlink that leaves its path is a mistake, and so is a tracked file where that folder would be.
 */
export function selectBroughtFiles(input: TrackedInput, brought: readonly string[]): TrackedFiles {
    const own = input.folder === "" ? broughtFolder : `${input.folder}/${broughtFolder}`;
    const inTheWay = brought.length === 0 ? undefined : input.paths.find((path) => isInFolder(path, own));
    const found = new Map<string, TrackedFile>();
    const mistakes = inTheWay === undefined ? [] : [takenMistake(inTheWay)];
    const below = pathIndex(
        brought.length === 0 ? [] : input.paths.filter((path) => !isGitInternal(path) && !isUnreadable(path)),
    );
    for (const folder of brought) {
        for (const source of below(folder)) {
            found.set(source, { source, target: `${broughtFolder}/${source}`, onlyIfMissing: false });
            mistakes.push(...linkMistake(source, { ...input, folder }));
        }
    }
    return { files: [...found.values()], mistakes, warnings: [] };
}

function takenMistake(file: string): Mistake {
    const message = `the repository has files in ${broughtFolder}, where files from outside of the stack's folder are put`;
    return { file, line: 1, column: 1, message, hint: "rename that folder" };
}

/**
 * Which tracked files belong into the stack's directory: all of the compose file's folder but git's own and override
 * files (Compose would read those by their name alone). A symlink that leaves the folder is a mistake.
 */
export function selectTrackedFiles(input: TrackedInput): TrackedFiles {
    const prefix = input.folder === "" ? "" : `${input.folder}/`;
    const inside = input.paths.filter((path) => path.startsWith(prefix) && !isGitInternal(path)).sort();
    const overrides = inside.filter((path) => isOverride(path.slice(prefix.length)));
    const unreadable = inside.filter(isUnreadable);
    const kept = inside.filter((path) => !overrides.includes(path) && !isUnreadable(path));
    return {
        files: kept.map((source) => {
            const target = source.slice(prefix.length);
            return { source, target, onlyIfMissing: target === ".env" };
        }),
        mistakes: kept.flatMap((path) => linkMistake(path, input)),
        warnings: [...overrides.map(overrideWarning), ...unreadable.map(unreadableWarning)],
    };
}

function isGitInternal(path: string): boolean {
    return path.split("/").includes(".git");
}

/** A name of other bytes than UTF-8, as reading a folder shows it: nothing can be found under it. */
function isUnreadable(path: string): boolean {
    return path.includes("\uFFFD");
}

function unreadableWarning(path: string): string {
    return `${path} is not copied into the stack's folder: its name is not UTF-8; rename it`;
}

function isOverride(target: string): boolean {
    const names: readonly string[] = overrideFileNames;
    return names.includes(target);
}

function overrideWarning(path: string): string {
    const generated = path.endsWith(generatedOverrideName) ? "; CI/CD writes a file of that name itself" : "";
    return `${path} is not used: list it in composeFiles to have it merged${generated}`;
}

function linkMistake(path: string, input: TrackedInput): readonly Mistake[] {
    const target = input.linkTarget(path);
    if (target === undefined) {
        return [];
    }
    // In the stack's directory nothing lies above the folder, so not even a way that comes back in may leave it.
    const inFolder = input.folder === "" ? path : path.slice(input.folder.length + 1);
    if (normalizePath(folderOf(inFolder), target) !== undefined) {
        return [];
    }
    const message = `the symlink points to ${target}, outside the stack's folder`;
    return [{ file: path, line: 1, column: 1, message, hint: "point it inside the folder, or remove it" }];
}
