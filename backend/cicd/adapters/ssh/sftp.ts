import type { FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import { z } from "zod";

/** SFTP's calls as promises. */
export type Sftp = ReturnType<typeof promisesOf>;

type Done<T> = (error: Error | null | undefined, value: T) => void;

export function promisesOf(session: SFTPWrapper) {
    function call<T>(make: (done: Done<T>) => void): Promise<T> {
        return new Promise((resolve, reject) => {
            // The library forgets what was asked when the session ends.
            const ended = (): void => reject(new Error("the SFTP session has ended"));
            session.once("close", ended);
            make((error, value) => {
                session.off("close", ended);
                if (error) {
                    reject(error);
                    return;
                }
                resolve(value);
            });
        });
    }
    return {
        realpath: (path: string) => call<string>((done) => session.realpath(path, done)),
        lstat: (path: string) => call<Stats>((done) => session.lstat(path, done)),
        readlink: (path: string) => call<string>((done) => session.readlink(path, done)),
        symlink: (target: string, path: string) =>
            call<unknown>((done) => session.symlink(target, path, settled(done))),
        readdir: (path: string) => call<FileEntryWithStats[]>((done) => session.readdir(path, done)),
        mkdir: (path: string) => call<unknown>((done) => session.mkdir(path, settled(done))),
        rmdir: (path: string) => call<unknown>((done) => session.rmdir(path, settled(done))),
        unlink: (path: string) => call<unknown>((done) => session.unlink(path, settled(done))),
        readFile: (path: string) => call<Buffer>((done) => session.readFile(path, done)),
        /** Replaces what is there, as POSIX does. */
        rename: (from: string, to: string) =>
            call<unknown>((done) => session.ext_openssh_rename(from, to, settled(done))),
        freeBytes: async (path: string) => {
            const found = await call<unknown>((done) => session.ext_openssh_statvfs(path, done));
            const { f_bavail, f_frsize } = FileSystem.parse(found);
            return f_bavail * f_frsize;
        },
        /** Makes a file that is not there yet, and has the disk keep it before it answers. */
        async create(path: string, content: Buffer, mode: number) {
            const handle = await call<Buffer>((done) => session.open(path, "wx", mode, done));
            try {
                for (let at = 0; at < content.length; at += chunkBytes) {
                    const length = Math.min(chunkBytes, content.length - at);
                    await call<unknown>((done) => session.write(handle, content, at, length, at, settled(done)));
                }
                // The server applies its mask to the mode that a file is made with.
                await call<unknown>((done) => session.fchmod(handle, mode, settled(done)));
                await call<unknown>((done) => session.ext_openssh_fsync(handle, done));
            } finally {
                await call<unknown>((done) => session.close(handle, settled(done)));
            }
        },
    };
}

const chunkBytes = 32 * 1024;
const FileSystem = z.looseObject({ f_bavail: z.coerce.number(), f_frsize: z.coerce.number() });

function settled(done: Done<unknown>): (error?: Error | null) => void {
    return (error) => done(error, undefined);
}

/** SFTP's status codes. There is none for a full disk: that is a plain failure, too. */
const noSuchFile = 2;
const plainFailure = 4;
const fullBytes = 64 * 1024;

/** Whether a write in a folder has failed for want of space. */
export async function isDiskFull(sftp: Pick<Sftp, "freeBytes">, folder: string, error: unknown): Promise<boolean> {
    return statusOf(error) === plainFailure && (await sftp.freeBytes(folder)) < fullBytes;
}

export function isMissing(error: unknown): boolean {
    return statusOf(error) === noSuchFile;
}

function statusOf(error: unknown): number | undefined {
    return z.object({ code: z.number() }).safeParse(error).data?.code;
}
