import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** The sizes of all files below a directory; what goes away meanwhile counts for nothing. */
export async function directoryBytes(directory: string): Promise<number> {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    let bytes = 0;
    for (const entry of entries) {
        const path = join(directory, entry.name);
        bytes += entry.isDirectory() ? await directoryBytes(path) : await fileBytes(path);
    }
    return bytes;
}

async function fileBytes(path: string): Promise<number> {
    return lstat(path).then(
        ({ size }) => size,
        () => 0,
    );
}
