import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { ReleaseFile } from "../core/release.ts";

/** What lies in a stack's directory where a release needs something of another kind. */
export interface Obstacles {
    /** What goes before anything is written: files of the release before, and empty folders. */
    readonly first: readonly string[];
    /** The user's own files where the release has folders: kept, then removed. */
    readonly replaced: readonly string[];
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
    const first: string[] = [];
    const replaced: string[] = [];
    for (const folder of new Set(input.files.flatMap((file) => foldersOf(file.path)))) {
        const hidden = foldersOf(folder).some((above) => gone.has(above) || replaced.includes(above));
        const there = hidden ? undefined : await files.inspect(input.stackDirectory, folder);
        if (there !== undefined && there.kind !== "directory" && gone.has(folder)) {
            first.push(folder);
        } else if (there?.kind === "file") {
            replaced.push(folder);
        } else if (there?.kind === "other") {
            throw inTheWay(folder, "neither a file nor a folder", "a folder");
        }
    }
    const passed = new Set([...first, ...replaced]);
    for (const { path } of input.files.filter((file) => !foldersOf(file.path).some((above) => passed.has(above)))) {
        first.push(...(await inPlaceOf(files, input.stackDirectory, path, gone)));
    }
    return { first, replaced };
}

/** The folders above a path, the outermost first. */
export function foldersOf(path: string): readonly string[] {
    const parts = path.split("/");
    return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** What has to go so that a file can be written; nothing where no folder lies there. */
async function inPlaceOf(
    files: Files,
    directory: string,
    path: string,
    gone: ReadonlySet<string>,
): Promise<readonly string[]> {
    const there = await files.inspect(directory, path);
    if (path === ".env" || there === undefined || there.kind === "file" || there.kind === "link") {
        return [];
    }
    if (there.kind === "other") {
        throw inTheWay(path, "neither a file nor a folder", "a file");
    }
    const found = await emptied(files, directory, path, gone);
    if (!found.ok) {
        throw inTheWay(path, `a folder that holds ${found.foreign}`, "a file");
    }
    return found.paths;
}

type Emptied =
    { readonly ok: true; readonly paths: readonly string[] } | { readonly ok: false; readonly foreign: string };

/** The files and empty folders whose removal makes a folder vanish; or what in it is not ours. */
async function emptied(files: Files, directory: string, folder: string, gone: ReadonlySet<string>): Promise<Emptied> {
    const names = await files.names(`${directory}/${folder}`);
    const paths: string[] = names.length === 0 ? [folder] : [];
    for (const name of names) {
        const path = `${folder}/${name}`;
        const isFolder = (await files.inspect(directory, path))?.kind === "directory";
        const found: Emptied = isFolder ? await emptied(files, directory, path, gone) : ownFile(path, gone);
        if (!found.ok) {
            return found;
        }
        paths.push(...found.paths);
    }
    return { ok: true, paths };
}

function ownFile(path: string, gone: ReadonlySet<string>): Emptied {
    return gone.has(path) ? { ok: true, paths: [path] } : { ok: false, foreign: path };
}

function inTheWay(path: string, what: string, wanted: string): DeploymentFailure {
    return new DeploymentFailure(
        "apply_failed",
        `${path} is ${what} in the stack's directory, but ${wanted} in the repository. Move it away, then redeploy.`,
    );
}
