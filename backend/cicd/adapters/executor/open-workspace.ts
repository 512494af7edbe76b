import { existsSync, type Stats } from "node:fs";
import { constants, type FileHandle, lstat, open, readdir } from "node:fs/promises";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const openFiles = "/proc/self/fd";
const atOnce = 16;
/** Each level is kept open; what lies deeper stays as it is. */
const mostLevels = 256;

const forAll = { file: 0o666, folder: 0o777, program: 0o777 } as const;
const othersRead = 0o004;

/**
 * Lets every user read and write what lies in a workspace, as far as this process may say so. What another user keeps to
 * himself stays his own: such files (keys, a database) are of use only with their modes. Jobs may run there meanwhile:
 * everything is reached through its open folder, and nothing through a symlink. Systems without Linux' names of open files
 * run jobs in a machine of their own, which minds no owners.
 */
export async function openWorkspace(workspace: string, signal: AbortSignal): Promise<void> {
    if (!existsSync(openFiles)) {
        return;
    }
    const root = await whenPossible(() => open(workspace, O_RDONLY | O_DIRECTORY));
    if (root !== undefined) {
        await openFolder(root, signal, 1);
    }
}

/** Closes the folder. */
async function openFolder(folder: FileHandle, signal: AbortSignal, level: number): Promise<void> {
    try {
        await whenPossible(() => widen(folder));
        const inside = `${openFiles}/${folder.fd}`;
        const entries = (await whenPossible(() => readdir(`${inside}/.`, { withFileTypes: true }))) ?? [];
        const files = entries.filter((entry) => entry.isFile()).values();
        async function work(): Promise<void> {
            for (const { name } of files) {
                // Nothing may still be at it when the folder is closed: the next that is opened takes its number.
                await (signal.aborted || whenPossible(() => openFile(`${inside}/${name}`)));
            }
        }
        await Promise.all(Array.from({ length: atOnce }, work));
        for (const { name } of entries.filter((entry) => entry.isDirectory() && level < mostLevels)) {
            signal.throwIfAborted();
            const path = `${inside}/${name}`;
            const below = await whenPossible(() => open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
            await (below && openFolder(below, signal, level + 1));
        }
    } finally {
        await folder.close();
    }
}

async function openFile(path: string): Promise<void> {
    if (modeFor(await lstat(path)) === undefined) {
        return;
    }
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
        await widen(file);
    } finally {
        await file.close();
    }
}

async function widen(file: FileHandle): Promise<void> {
    const mode = modeFor(await file.stat());
    if (mode !== undefined) {
        await file.chmod(mode);
    }
}

/** The mode that lets all write; undefined where it is not to be changed. */
function modeFor(found: Stats): number | undefined {
    const isOwn = found.uid === 0 || found.uid === process.getuid?.();
    if (!(found.isFile() || found.isDirectory()) || !(isOwn || (found.mode & othersRead) !== 0)) {
        return undefined;
    }
    const before = found.mode & 0o7777;
    // What sets its user's rights would be anybody's to write.
    const kept = found.isDirectory() ? before : before & 0o777;
    const mode = kept | forAll[kindOf(found)];
    return mode === before ? undefined : mode;
}

function kindOf(found: Stats): keyof typeof forAll {
    if (found.isDirectory()) {
        return "folder";
    }
    return (found.mode & 0o111) === 0 ? "file" : "program";
}

/** What goes away meanwhile, or belongs to somebody else, is no trouble: the job tells what it misses. */
async function whenPossible<T>(act: () => Promise<T>): Promise<T | undefined> {
    return act().catch(() => undefined);
}
