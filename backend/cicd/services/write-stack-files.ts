import { composeFileNames, generatedOverrideName, overrideFileNames } from "../compose/find-compose-file.ts";
import { isGeneratedOverride } from "../../../common/generated-override.ts";
import { filesAtOnce, mapAtOnce } from "../core/at-once.ts";
import type { FileInfo, Files } from "../core/files.ts";
import type { Release, ReleaseFile } from "../core/release.ts";
import { findObstacles } from "./find-obstacles.ts";

export interface StackFilesInput {
    readonly stackDirectory: string;
    /** Where the release's files lie. */
    readonly source: string;
    readonly files: readonly ReleaseFile[];
    readonly override: string | undefined;
    /** The override that was written last, where it is known: another one that lies there was edited by hand. */
    readonly previousOverride?: string | undefined;
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
    /** What has to go before anything is written: files where folders come, empty folders where files come. */
    readonly obstacles: readonly string[];
}

/** The files of a release that CI/CD put there. Those of release 0 are the user's own, and kept when they are replaced. */
export function deployedFiles(release: Release | undefined): readonly ReleaseFile[] {
    return release === undefined || release.initial ? [] : release.files;
}

/**
 * What writing a release into the stack's directory would change. Reads only. The stack's `.env` is never among the
 * files that exist: a tracked one is copied only where there is none. Throws `apply_failed` where a folder with files
 * of the user lies in the place of a file.
 */
export async function planStackFiles(files: Files, input: StackFilesInput): Promise<StackFilesChange> {
    const { removed, left } = await planRemovals(files, input);
    const foreign = await foreignComposeFiles(files, input, removed);
    const obstacles = await findObstacles(files, input, removed);
    const gone = new Set([...obstacles.replaced, ...obstacles.first]);
    const writes = await planWrites(files, input, obstacles.lying);
    return {
        written: writes.written,
        removed,
        left: left.filter((path) => !foreign.includes(path) && !gone.has(path)),
        replaced: [
            ...new Set([
                ...writes.replaced,
                ...obstacles.replaced,
                ...foreign,
                ...(await editedOverride(files, input)),
            ]),
        ],
        obstacles: [...gone],
    };
}

/** Does what `planStackFiles` said. Every file is put in place by rename; a crash leaves old or new, never half. */
export async function writeStackFiles(files: Files, input: StackFilesInput, change: StackFilesChange): Promise<void> {
    for (const path of change.replaced) {
        await files.copy(input.stackDirectory, input.replacedDirectory, path);
    }
    await removeAll(files, input.stackDirectory, change.obstacles);
    await mapAtOnce(change.written, filesAtOnce, (path) => files.copy(input.source, input.stackDirectory, path));
    const override = input.override === undefined ? [] : [generatedOverrideName];
    const kept = new Set([...input.files.map((file) => file.path), ...change.obstacles, ...override]);
    const over = [...change.removed, ...change.replaced].filter((path) => !kept.has(path));
    await removeAll(files, input.stackDirectory, over);
    if (input.override === undefined) {
        await removeGeneratedOverride(files, input.stackDirectory);
    } else if ((await files.readText(input.stackDirectory, generatedOverrideName)) !== input.override) {
        await files.write(input.stackDirectory, generatedOverrideName, input.override);
    }
}

async function removeAll(files: Files, directory: string, paths: readonly string[]): Promise<void> {
    await mapAtOnce(paths, filesAtOnce, (path) => files.remove(directory, path));
}

async function planWrites(
    files: Files,
    input: StackFilesInput,
    lying: ReadonlyMap<string, FileInfo>,
): Promise<Pick<StackFilesChange, "written" | "replaced">> {
    const written = input.files.filter((file) => !isInPlace(file, lying.get(file.path)));
    const foreign = new Map<string, string>();
    for (const { path, sha256 } of written) {
        const there = lying.get(path);
        if (there !== undefined && there.kind !== "directory" && there.sha256 !== sha256) {
            foreign.set(path, there.sha256);
        }
    }
    for (const { path, sha256 } of foreign.size === 0 ? [] : [...input.previous, ...(input.known ?? [])]) {
        if (foreign.get(path) === sha256) {
            foreign.delete(path);
        }
    }
    if (foreign.has(generatedOverrideName) && (await isOurOverride(files, input.stackDirectory))) {
        foreign.delete(generatedOverrideName);
    }
    return { written: written.map(({ path }) => path), replaced: [...foreign.keys()] };
}

/** Whether nothing is to be written: it is there already, or it is the stack's own `.env`. */
function isInPlace(file: ReleaseFile, there: FileInfo | undefined): boolean {
    if (there === undefined) {
        return false;
    }
    return file.path === ".env" || (there.sha256 === file.sha256 && there.executable === file.executable);
}

async function isOurOverride(files: Files, stackDirectory: string): Promise<boolean> {
    return isGeneratedOverride((await files.readText(stackDirectory, generatedOverrideName)) ?? "");
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
    const lying = await mapAtOnce(input.previous, filesAtOnce, async (file) => ({
        file,
        there: wanted.has(file.path) ? undefined : await files.inspect(input.stackDirectory, file.path),
    }));
    for (const { file, there } of lying) {
        if (there === undefined || file.path === ".env") {
            continue;
        }
        (there.sha256 === file.sha256 ? removed : left).push(file.path);
    }
    return { removed, left };
}

/** Compose files of other names that would be read instead of, or over, the release's; edited ones of ours, too. */
async function foreignComposeFiles(
    files: Files,
    input: StackFilesInput,
    removed: readonly string[],
): Promise<readonly string[]> {
    const handled = new Set([...input.files.map((file) => file.path), ...removed]);
    const found: string[] = [];
    for (const name of [...composeFileNames, ...overrideFileNames]) {
        if (handled.has(name)) {
            continue;
        }
        const text = await files.readText(input.stackDirectory, name);
        if (text !== undefined && !isGeneratedOverride(text)) {
            found.push(name);
        }
    }
    return found;
}

/** An override of ours whose text is neither the old nor the new one; one that has lost its first line is foreign. */
async function editedOverride(files: Files, input: StackFilesInput): Promise<readonly string[]> {
    const text = await files.readText(input.stackDirectory, generatedOverrideName);
    const known = [input.previousOverride, input.override];
    const isEdited = text !== undefined && isGeneratedOverride(text) && !known.includes(text);
    return isEdited && input.previousOverride !== undefined ? [generatedOverrideName] : [];
}

async function removeGeneratedOverride(files: Files, directory: string): Promise<void> {
    const text = await files.readText(directory, generatedOverrideName);
    if (text !== undefined && isGeneratedOverride(text)) {
        await files.remove(directory, generatedOverrideName);
    }
}
