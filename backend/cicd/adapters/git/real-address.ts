import { realpath } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A `file:` address by its real path, so that two ways to one folder are the same; others as they are. */
export async function realAddress(url: string): Promise<string> {
    if (!/^file:\/\//i.test(url)) {
        return url;
    }
    try {
        return pathToFileURL(await realpath(fileURLToPath(url))).href;
    } catch {
        return url;
    }
}
