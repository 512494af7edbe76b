import { AppError } from "../../../common/errors.ts";
import type { FileInfo, Files } from "../core/files.ts";

/** Where a path of the repository really lies, symlinks followed. */
export type Location =
    | {
          readonly where: "inside";
          readonly path: string;
          readonly kind: "file" | "directory";
          readonly sizeBytes?: number | undefined;
      }
    | { readonly where: "outside" | "missing" };

/** Reads a checked-out commit. All paths are relative to its root; "" is the root itself. */
export interface ComposeReader {
    /** Undefined for what is missing, outside, or no file. Throws AppError `invalid` for more than 16 MB. */
    readFile(path: string): Promise<string | undefined>;
    locate(path: string): Promise<Location>;
}

/** Far more than any reader of these files takes: what is larger is not even looked into. */
const maxReadBytes = 16 * 1024 * 1024;

/** A reader of the checked-out commit at `root`, which stays as it is meanwhile: nothing is looked at twice. */
export function createComposeReader(
    files: Pick<Files, "readText" | "inspect" | "realPath">,
    root: string,
): ComposeReader {
    const look: Look = {
        inspect: once((path) => files.inspect(root, path)),
        realPath: once((path) => files.realPath(root, path)),
    };
    return {
        readFile: async (path) => {
            const found = await locate(look, path);
            if (found.where !== "inside") {
                return undefined;
            }
            if ((found.sizeBytes ?? 0) > maxReadBytes) {
                throw new AppError("invalid", `${path} is too large to be read; keep the file small`);
            }
            return files.readText(root, path);
        },
        locate: (path) => locate(look, path),
    };
}

interface Look {
    readonly inspect: (path: string) => Promise<FileInfo | undefined>;
    readonly realPath: (path: string) => Promise<string | undefined>;
}

/** A compose file may name a large file, or what lies deep, thousands of times. */
function once<T>(ask: (path: string) => Promise<T>): (path: string) => Promise<T> {
    const answers = new Map<string, Promise<T>>();
    return (path) => {
        const answer = answers.get(path) ?? ask(path);
        answers.set(path, answer);
        return answer;
    };
}

async function locate(look: Look, path: string): Promise<Location> {
    if (path === "") {
        return { where: "inside", path: "", kind: "directory" };
    }
    const parts = path.split("/");
    try {
        // Step by step, so that a link to outside is told from a path that is merely missing.
        for (let length = 1; length <= parts.length; length += 1) {
            const prefix = parts.slice(0, length).join("/");
            if ((await look.inspect(prefix)) === undefined) {
                return { where: "missing" };
            }
            if ((await look.realPath(prefix)) === undefined) {
                return { where: "outside" };
            }
        }
        return await inside(look, path);
    } catch (error) {
        if (error instanceof AppError && error.code === "invalid") {
            return { where: "outside" };
        }
        throw error;
    }
}

async function inside(look: Look, path: string): Promise<Location> {
    const real = await look.realPath(path);
    if (real === undefined) {
        return { where: "outside" };
    }
    const info = real === "" || real === "." ? undefined : await look.inspect(real);
    return info === undefined || info.kind === "directory"
        ? { where: "inside", path: real === "." ? "" : real, kind: "directory" }
        : { where: "inside", path: real, kind: "file", sizeBytes: info.sizeBytes };
}
