import { createHash } from "node:crypto";
import type { ComposeReader, Location } from "../../backend/cicd/compose/compose-reader.ts";
import { folderOf } from "../../backend/cicd/compose/find-compose-file.ts";
import type { ComposeProject } from "../../backend/cicd/compose/compose-project.ts";
import { loadProject } from "../../backend/cicd/compose/load-project.ts";

/** A repository in memory: path → text. A value `-> target` is a symlink; `-> /x` leads outside. */
export type MemoryFiles = Readonly<Record<string, string>>;

export function memoryReader(files: MemoryFiles): ComposeReader {
    return {
        readFile: async (path) => {
            const found = locate(files, path);
            return found.where === "inside" && found.kind === "file" ? files[found.path] : undefined;
        },
        locate: async (path) => locate(files, path),
    };
}

function locate(files: MemoryFiles, path: string): Location {
    const parts = path.split("/").filter((part) => part !== "");
    for (let length = 1; length <= parts.length; length += 1) {
        const target = /^-> (.*)$/.exec(files[parts.slice(0, length).join("/")] ?? "")?.[1];
        if (target !== undefined) {
            const outside = target.startsWith("/") || target.startsWith("..");
            return outside ? { where: "outside" } : locate(files, [target, ...parts.slice(length)].join("/"));
        }
    }
    if (path in files) {
        return { where: "inside", path, kind: "file" };
    }
    const isFolder = path === "" || Object.keys(files).some((file) => file.startsWith(`${path}/`));
    return isFolder ? { where: "inside", path, kind: "directory" } : { where: "missing" };
}

/** Loads a project that is known to be right. */
export async function loadMemoryProject(
    files: MemoryFiles,
    variables: Readonly<Record<string, string>> = {},
    paths: readonly [string, ...string[]] = ["compose.yaml"],
): Promise<ComposeProject> {
    const loaded = await loadProject({
        reader: memoryReader(files),
        files: paths,
        folder: folderOf(paths[0]),
        lookup: (name) => variables[name],
    });
    if (!loaded.ok) {
        throw new Error(JSON.stringify(loaded.violations, undefined, 2));
    }
    return loaded.project;
}

export function sha256(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
