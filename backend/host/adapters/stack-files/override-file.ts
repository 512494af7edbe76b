import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { OverrideFile } from "../../core/stack-files.ts";
import { writeFileWhole } from "./write-file.ts";

/** The names of an override file, the one that Compose reads first; it reads only one. */
const overrideFileNames = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
] as const;
const defaultName = "compose.override.yaml";

export async function readOverride(directory: string): Promise<OverrideFile | undefined> {
    for (const fileName of overrideFileNames) {
        const text = await readIfThere(join(directory, fileName));
        if (text !== undefined) {
            return { fileName, text };
        }
    }
    return undefined;
}

/** A blank text removes it. */
export async function writeOverride(directory: string, text: string): Promise<void> {
    const fileName = (await readOverride(directory))?.fileName;
    if (text.trim() !== "") {
        await writeFileWhole(join(directory, fileName ?? defaultName), text);
    } else if (fileName !== undefined) {
        await rm(join(directory, fileName), { force: true });
    }
}

async function readIfThere(path: string): Promise<string | undefined> {
    try {
        return await readFile(path, "utf8");
    } catch (error) {
        if (error instanceof Error && "code" in error && ["ENOENT", "EISDIR"].includes(String(error.code))) {
            return undefined;
        }
        throw error;
    }
}
