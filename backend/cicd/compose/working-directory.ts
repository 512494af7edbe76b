import { isInFolder } from "./repository-path.ts";

/** What `${PWD}` stands for: the stack's directory, an absolute path, wherever that lies. */
export const workingDirectory = "/(the stack's folder)";

/**
 * A path that begins with the stack's directory, as one from a file's own folder; any other is given back as it is, so
 * that a name which merely begins alike (`${PWD}2`) stays the absolute path that it is.
 */
export function fromOwnFolder(path: string, folder: string, directory: string): string {
    if (path !== workingDirectory && !path.startsWith(`${workingDirectory}/`)) {
        return path;
    }
    const deeper = isInFolder(directory, folder) ? directory.slice(folder.length) : "";
    const steps = deeper.split("/").filter((part) => part !== "");
    const up = ["."].concat(steps.map(() => "..")).join("/");
    return `${up}${path.slice(workingDirectory.length)}`;
}
