import type { Files } from "../core/files.ts";
import type { RemoteFiles } from "../core/remote-machine.ts";

/**
 * The files of a deployment to another machine: the stack's directory lies there, every other root is on this machine.
 * Copies between the two cross over.
 */
export function crossingFiles(local: Files, remote: RemoteFiles, stackDirectory: string): Files {
    const isThere = (root: string): boolean => root === stackDirectory;
    const at = (root: string): Files => (isThere(root) ? remote : local);
    return {
        readText: (root, path) => at(root).readText(root, path),
        readRegular: (root, path, mostBytes) => at(root).readRegular(root, path, mostBytes),
        inspect: (root, path) => at(root).inspect(root, path),
        readLink: (root, path) => at(root).readLink(root, path),
        links: (root) => at(root).links(root),
        list: (root) => at(root).list(root),
        write: (root, path, content, mode) => at(root).write(root, path, content, mode),
        copy(from, to, path) {
            if (isThere(from) === isThere(to)) {
                return at(from).copy(from, to, path);
            }
            return isThere(to) ? remote.upload(from, to, path) : remote.download(from, to, path);
        },
        remove: (root, path) => at(root).remove(root, path),
        removeTree: (directory) => at(directory).removeTree(directory),
        makeDirectory: (directory) => at(directory).makeDirectory(directory),
        realPath: (root, path) => at(root).realPath(root, path),
        names: (directory) => at(directory).names(directory),
        freeBytes: (directory) => at(directory).freeBytes(directory),
    };
}
