import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** Every file below a folder with its bytes as latin1 text; links and special files are left out. */
export async function folderContents(folder: string): Promise<ReadonlyMap<string, string>> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const contents = new Map<string, string>();
    for (const file of files.sort()) {
        // What is temporary may be gone again.
        const text = await readFile(file, "latin1").catch(() => undefined);
        if (text !== undefined) {
            contents.set(relative(folder, file), text);
        }
    }
    return contents;
}
