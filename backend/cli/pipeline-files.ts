import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { AppError } from "../../common/errors.ts";

/** A pipeline in a working copy. */
export interface PipelineFiles {
    /** The repository's folder, absolute; the file's own folder where there is no repository. */
    readonly root: string;
    /** Its path from the root of the repository. */
    readonly path: string;
    /** A file by its path from the root; undefined where there is none inside of it. */
    read(path: string): Promise<string | undefined>;
}

/**
 * The pipeline that a person means by a file, or by a folder with a `pipeline.yml`. Throws AppError `not_found` where
 * there is none.
 */
export async function findPipelineFiles(given: string): Promise<PipelineFiles> {
    const file = await findFile(resolve(given));
    if (file === undefined) {
        throw new AppError("not_found", `${given}: there is no pipeline; name a file, or a folder with a pipeline.yml`);
    }
    const root = await findRoot(dirname(file));
    return {
        root,
        path: relative(root, file).split(sep).join("/"),
        read: (path) => readInside(root, path),
    };
}

async function findFile(path: string): Promise<string | undefined> {
    const candidates = [path, join(path, "pipeline.yml"), join(path, "pipeline.yaml")];
    for (const candidate of candidates) {
        const found = await stat(candidate).catch(() => undefined);
        if (found?.isFile() === true) {
            return join(await realpath(dirname(candidate)), basename(candidate));
        }
    }
    return undefined;
}

/** The folder with `.git` above a file; its own folder where there is none. */
async function findRoot(folder: string): Promise<string> {
    for (let current = folder; ; current = dirname(current)) {
        if ((await stat(join(current, ".git")).catch(() => undefined)) !== undefined) {
            return current;
        }
        if (dirname(current) === current) {
            return folder;
        }
    }
}

/** Links are followed only as far as they stay inside. */
async function readInside(root: string, path: string): Promise<string | undefined> {
    const real = await realpath(join(root, path)).catch(() => undefined);
    if (real === undefined || !real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
        return undefined;
    }
    return (await stat(real)).isFile() ? readFile(real, "utf8") : undefined;
}
