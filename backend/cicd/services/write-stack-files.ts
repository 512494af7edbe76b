import { composeFileNames, generatedOverrideName, overrideFileNames } from "../compose/find-compose-file.ts";
import { isGeneratedOverride } from "../compose/override.ts";
import type { Files } from "../core/files.ts";
import type { ReleaseFile } from "../core/release.ts";

export interface StackFilesInput {
    readonly stackDirectory: string;
    /** Where the release's files lie. */
    readonly source: string;
    readonly files: readonly ReleaseFile[];
    readonly override: string | undefined;
    /** The files of the release that is in place; empty where none is. */
    readonly previous: readonly ReleaseFile[];
    /** Where what is replaced is kept: `replaced/<stack>/<deployment>`. */
    readonly replacedDirectory: string;
    /** Files of earlier attempts that may lie there, so that they do not count as edited by hand. */
    readonly known?: readonly ReleaseFile[];
}

export interface StackFilesChange {
    readonly written: readonly string[];
    readonly removed: readonly string[];
    /** Files whose content was not ours: kept in the replaced directory first. */
    readonly replaced: readonly string[];
    /** Files that left the repository but were edited, and so were left alone. */
    readonly left: readonly string[];
}

/**
 * What writing a release into the stack's directory would change. Reads only. The stack's `.env` is never among the
 * files that exist: a tracked one is copied only where there is none.
 */
export async function planStackFiles(files: Files, input: StackFilesInput): Promise<StackFilesChange> {
    const known = knownHashes([...input.previous, ...(input.known ?? [])]);
    const written: string[] = [];
    const replaced: string[] = [];
    for (const file of input.files) {
        const there = await files.inspect(input.stackDirectory, file.path);
        if (there?.sha256 === file.sha256 && there.executable === file.executable) {
            continue;
        }
        if (there !== undefined && file.path === ".env") {
            continue;
        }
        written.push(file.path);
        if (there !== undefined && there.sha256 !== file.sha256 && !isKnown(known, file.path, there.sha256)) {
            replaced.push(file.path);
        }
    }
    const { removed, left } = await planRemovals(files, input);
    return { written, removed, left, replaced: [...replaced, ...(await foreignComposeFiles(files, input))] };
}

/** Does what `planStackFiles` said. Every file is put in place by rename; a crash leaves old or new, never half. */
export async function writeStackFiles(
    files: Files,
    input: StackFilesInput,
    change: StackFilesChange,
): Promise<void> {
    for (const path of change.replaced) {
        await files.copy(input.stackDirectory, input.replacedDirectory, path);
    }
    for (const path of change.written) {
        await files.copy(input.source, input.stackDirectory, path);
    }
    const wanted = new Set(input.files.map((file) => file.path));
    for (const path of [...change.removed, ...change.replaced.filter((name) => !wanted.has(name))]) {
        await files.remove(input.stackDirectory, path);
    }
    if (input.override === undefined) {
        await removeGeneratedOverride(files, input.stackDirectory);
    } else if ((await files.readText(input.stackDirectory, generatedOverrideName)) !== input.override) {
        await files.write(input.stackDirectory, generatedOverrideName, input.override);
    }
}

/** The user's own override file in a directory, if Compose would read one that is not ours. */
export async function findUserOverride(
    files: Files,
    directory: string,
): Promise<{ readonly name: string; readonly text: string } | undefined> {
    for (const name of overrideFileNames) {
        const text = await files.readText(directory, name);
        if (text !== undefined && !isGeneratedOverride(text)) {
            return { name, text };
        }
    }
    return undefined;
}

async function planRemovals(
    files: Files,
    input: StackFilesInput,
): Promise<{ removed: readonly string[]; left: readonly string[] }> {
    const wanted = new Set(input.files.map((file) => file.path));
    const removed: string[] = [];
    const left: string[] = [];
    for (const file of input.previous) {
        const there = wanted.has(file.path) ? undefined : await files.inspect(input.stackDirectory, file.path);
        if (there === undefined || file.path === ".env") {
            continue;
        }
        (there.sha256 === file.sha256 ? removed : left).push(file.path);
    }
    return { removed, left };
}

/** Compose files of other names that would be read instead of, or over, the release's. */
async function foreignComposeFiles(files: Files, input: StackFilesInput): Promise<readonly string[]> {
    const wanted = new Set(input.files.map((file) => file.path));
    const previous = new Set(input.previous.map((file) => file.path));
    const found: string[] = [];
    for (const name of [...composeFileNames, ...overrideFileNames]) {
        if (wanted.has(name) || previous.has(name)) {
            continue;
        }
        const text = await files.readText(input.stackDirectory, name);
        if (text !== undefined && !isGeneratedOverride(text)) {
            found.push(name);
        }
    }
    return found;
}

async function removeGeneratedOverride(files: Files, directory: string): Promise<void> {
    const text = await files.readText(directory, generatedOverrideName);
    if (text !== undefined && isGeneratedOverride(text)) {
        await files.remove(directory, generatedOverrideName);
    }
}

function knownHashes(files: readonly ReleaseFile[]): ReadonlySet<string> {
    return new Set(files.map((file) => `${file.path}\0${file.sha256}`));
}

function isKnown(known: ReadonlySet<string>, path: string, sha256: string): boolean {
    return known.has(`${path}\0${sha256}`);
}
