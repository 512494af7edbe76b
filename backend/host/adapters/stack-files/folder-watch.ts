import { watch, type FSWatcher } from "node:fs";
import { basename, join } from "node:path";
import { composeFileNames } from "../../core/stack.ts";
import type { FolderWatch } from "../../core/folder-watch.ts";

export interface FolderWatchOptions {
    /** Follows one folder, without those below it. Throws where it cannot. */
    readonly watchFolder?: (path: string, onEvent: (event: string, name: string | null) => void) => FSWatcher;
    /** The system has a bound for all programs together; this is what we take of it. */
    readonly most?: number;
}

const root = "";
const composeFiles: ReadonlySet<string> = new Set(composeFileNames);
/** Such a folder cannot be followed; any other failure means that none can. */
const onlyThisOne = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP"]);

/** Follows the stacks directory and its folders with the system's own notifications. */
export function diskFolderWatch(stacksDirectory: string, options: FolderWatchOptions = {}): FolderWatch {
    const { watchFolder = watchByNode, most = 1024 } = options;
    const watchers = new Map<string, FSWatcher>();
    let onChange = (): void => undefined;
    let isFull = false;

    function drop(folder: string): void {
        watchers.get(folder)?.close();
        watchers.delete(folder);
    }

    function onEvent(folder: string, event: string, name: string | null): void {
        // The content of a file is no news, only that there is one.
        if (event !== "rename") {
            return;
        }
        if (name === basename(join(stacksDirectory, folder))) {
            // It is gone, or has another name: another one may have taken its place.
            drop(folder);
        }
        if (folder === root) {
            drop(name ?? root);
        }
        if (isNews(folder, name)) {
            onChange();
        }
    }

    function add(folder: string): boolean {
        if (isFull || watchers.size >= most || watchers.has(folder)) {
            return false;
        }
        try {
            const path = join(stacksDirectory, folder);
            const watcher = watchFolder(path, (event, name) => onEvent(folder, event, name));
            watcher.on("error", () => drop(folder));
            watchers.set(folder, watcher);
            return true;
        } catch (error) {
            isFull = !(error instanceof Error && "code" in error && onlyThisOne.has(String(error.code)));
            return false;
        }
    }

    return {
        follow(folders, tell) {
            onChange = tell;
            const wanted = new Set([root, ...folders]);
            [...watchers.keys()].filter((folder) => !wanted.has(folder)).forEach(drop);
            const added = [...wanted].filter(add);
            return { hasNew: added.length > 0, hasAll: watchers.size === wanted.size };
        },
        release() {
            [...watchers.keys()].forEach(drop);
            isFull = false;
        },
    };
}

function watchByNode(path: string, onEvent: (event: string, name: string | null) => void): FSWatcher {
    return watch(path, { persistent: false }, onEvent);
}

/** Programs write much into their stacks' folders; a file without a name may be any. */
function isNews(folder: string, name: string | null): boolean {
    if (name === null) {
        return true;
    }
    return folder === root ? !name.startsWith(".") : composeFiles.has(name) || name === folder;
}
