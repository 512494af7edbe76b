import type { Lookup } from "./interpolation.ts";
import { isInFolder } from "./repository-path.ts";

/** Adds `${PWD}`: the stack's directory, wherever the file lies; here as a path from the file's own folder. */
export function withWorkingDirectory(lookup: Lookup, folder: string, directory: string): Lookup {
    const deeper = isInFolder(directory, folder) ? directory.slice(folder.length) : "";
    const steps = deeper.split("/").filter((part) => part !== "");
    const up = ["."].concat(steps.map(() => "..")).join("/");
    return (name) => lookup(name) ?? (name === "PWD" ? up : undefined);
}
