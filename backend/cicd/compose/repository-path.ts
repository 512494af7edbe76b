/**
 * A path relative to a folder of the repository, as a plain path from the repository's root ("" for the root itself);
 * undefined for one that leaves the repository, is absolute, or names a home directory.
 */
export function normalizePath(folder: string, path: string): string | undefined {
    if (path.startsWith("/") || path.startsWith("~") || path.includes("\0") || path.includes("\\")) {
        return undefined;
    }
    const parts = folder.split("/").filter((part) => part !== "");
    for (const part of path.split("/")) {
        if (part === "..") {
            if (parts.pop() === undefined) {
                return undefined;
            }
        } else if (part !== "" && part !== ".") {
            parts.push(part);
        }
    }
    return parts.join("/");
}

/** Whether a path from the root is the folder itself or lies below it. */
export function isInFolder(path: string, folder: string): boolean {
    return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** Whether a path still leads to the same file once the folder lies elsewhere under another name. */
export function staysInFolder(directory: string, path: string, folder: string): boolean {
    const below = directory.slice(folder.length).replace(/^\//, "");
    return isInFolder(directory, folder) && normalizePath(below, path) !== undefined;
}
