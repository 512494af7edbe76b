import { folderOf } from "../compose/find-compose-file.ts";
import { filesAtOnce, mapAtOnce } from "../core/at-once.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { FileInfo, Files } from "../core/files.ts";
import type { ReleaseFile } from "../core/release.ts";

/** What lies in a stack's directory where a release needs something of another kind. */
export interface Obstacles {
    /** What goes before anything is written: files of the release before, and empty folders. */
    readonly first: readonly string[];
    /** The user's own files where the release has folders: kept, then removed. */
    readonly replaced: readonly string[];
    /** What lies in the place of each file of the release; those that cannot lie there yet are left out. */
    readonly lying: ReadonlyMap<string, FileInfo>;
}

/**
 * Looks for files where a release has folders, and for folders where it has files. Throws `apply_failed` where a folder
 * holds anything of the user's, and for sockets, pipes and devices: nothing is written then.
 */
export async function findObstacles(
    files: Files,
    input: { readonly stackDirectory: string; readonly files: readonly ReleaseFile[] },
    removed: readonly string[],
): Promise<Obstacles> {
    const gone = new Set(removed);
    const { first, replaced, closed } = await inPlaceOfFolders(files, input, gone);
    const reached = input.files.filter(({ path }) => !closed.has(folderOf(path)));
    const lying = new Map<string, FileInfo>();
    await mapAtOnce(reached, filesAtOnce, async ({ path }) => {
        const there = await files.inspect(input.stackDirectory, path);
        if (there !== undefined) {
            lying.set(path, there);
        }
    });
    const emptied: (readonly string[])[] = [first];
    for (const { path } of reached) {
        emptied.push(await inPlaceOfFile(files, input.stackDirectory, { path, there: lying.get(path) }, gone));
    }
    return { first: emptied.flat(), replaced, lying };
}

/** Files that lie where the release has folders; `closed` are the folders in which nothing can lie before they go. */
async function inPlaceOfFolders(
    files: Files,
    input: { readonly stackDirectory: string; readonly files: readonly ReleaseFile[] },
    gone: ReadonlySet<string>,
): Promise<Pick<Obstacles, "first" | "replaced"> & { readonly closed: ReadonlySet<string> }> {
    const found: Readonly<Record<"first" | "replaced", string[]>> = { first: [], replaced: [] };
    const closed = new Set<string>();
    for (const folder of foldersOf(input.files)) {
        const isHidden = closed.has(folderOf(folder));
        const there = isHidden ? undefined : await files.inspect(input.stackDirectory, folder);
        if (there?.kind === "other") {
            throw inTheWay(folder, "neither a file nor a folder", "a folder");
        }
        const list = listFor(there?.kind, gone.has(folder));
        if (list !== undefined) {
            found[list].push(folder);
        }
        if (isHidden || list !== undefined) {
            closed.add(folder);
        }
    }
    return { ...found, closed };
}

/** A symlink of the user's own stays: it may lead to a folder. */
function listFor(kind: FileInfo["kind"] | undefined, isOurs: boolean): "first" | "replaced" | undefined {
    if (kind === undefined || kind === "directory") {
        return undefined;
    }
    if (isOurs) {
        return "first";
    }
    return kind === "file" ? "replaced" : undefined;
}

/** The folders of the files, the outer ones before the inner ones. */
function foldersOf(files: readonly ReleaseFile[]): readonly string[] {
    const found = new Set<string>();
    for (const { path } of files) {
        // Those above a folder that is known are known: of files that lie deep, only the first costs more than a look.
        for (let folder = folderOf(path); folder !== "" && !found.has(folder); folder = folderOf(folder)) {
            found.add(folder);
        }
    }
    return [...found].sort();
}

/** What has to go so that a file can be written; nothing where no folder lies there. */
async function inPlaceOfFile(
    files: Files,
    directory: string,
    { path, there }: { readonly path: string; readonly there: FileInfo | undefined },
    gone: ReadonlySet<string>,
): Promise<readonly string[]> {
    if (path === ".env" || there === undefined || there.kind === "file" || there.kind === "link") {
        return [];
    }
    if (there.kind === "other") {
        throw inTheWay(path, "neither a file nor a folder", "a file");
    }
    const paths: string[] = [];
    const foreign = await emptyFolder(files, { directory, gone, paths }, path);
    if (foreign !== undefined) {
        throw inTheWay(path, `a folder that holds ${foreign}`, "a file");
    }
    return paths;
}

/** Notes the files and empty folders whose removal makes a folder vanish; tells what in it is not ours, if anything. */
async function emptyFolder(
    files: Files,
    state: { readonly directory: string; readonly gone: ReadonlySet<string>; readonly paths: string[] },
    folder: string,
): Promise<string | undefined> {
    const names = await files.names(`${state.directory}/${folder}`);
    if (names.length === 0) {
        state.paths.push(folder);
    }
    for (const name of names) {
        const path = `${folder}/${name}`;
        if (state.gone.has(path)) {
            state.paths.push(path);
            continue;
        }
        const isFolder = (await files.inspect(state.directory, path))?.kind === "directory";
        const foreign = isFolder ? await emptyFolder(files, state, path) : path;
        if (foreign !== undefined) {
            return foreign;
        }
    }
    return undefined;
}

function inTheWay(path: string, what: string, wanted: string): DeploymentFailure {
    return new DeploymentFailure(
        "apply_failed",
        `${path} is ${what} in the stack's directory, but ${wanted} in the repository. Move it away, then redeploy.`,
    );
}
