import { createReadStream } from "node:fs";
import type { FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import { z } from "zod";
import { createSessionCalls, type Done } from "./session-calls.ts";

/** SFTP's calls as promises, each of which comes to an end. Made once for a session. */
export type Sftp = ReturnType<typeof promisesOf>;

/** Where a file's content comes from: text, or a file of this machine. */
export type Source = Buffer | { readonly localPath: string };

export interface SftpOptions {
    /** Told once that the session is of no use any more. */
    readonly onOver?: (() => void) | undefined;
    /** The disk over there may be slow to keep a large file, but not that slow. */
    readonly silenceSeconds?: number | undefined;
}

export function promisesOf(session: SFTPWrapper, { onOver, silenceSeconds = 300 }: SftpOptions = {}) {
    const { call, heard } = createSessionCalls(session, { silenceSeconds, onOver: onOver ?? (() => undefined) });
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
        /** Writes a file's content to one of this machine. */
        fetch: (path: string, localPath: string) =>
            call<unknown>((done) =>
                session.fastGet(
                    path,
                    localPath,
                    { concurrency: chunksAtOnce, chunkSize: chunkBytes, step: heard },
                    settled(done),
                ),
            ),
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
        async create(path: string, source: Source, mode: number) {
            const handle = await call<Buffer>((done) => session.open(path, "wx", mode, done));
            try {
                await pour(source, (chunk, at) =>
                    call<unknown>((done) => session.write(handle, chunk, 0, chunk.length, at, settled(done))),
                );
                // The server applies its mask to the mode that a file is made with.
                await Promise.all([
                    call<unknown>((done) => session.fchmod(handle, mode, settled(done))),
                    call<unknown>((done) => session.ext_openssh_fsync(handle, done)),
                ]);
            } finally {
                await call<unknown>((done) => session.close(handle, settled(done)));
            }
        },
    };
}

const chunkBytes = 32 * 1024;
/** One after the other, a large file would take a round trip for each of its chunks. */
const chunksAtOnce = 32;

/** Gives a file's chunks to `write`, so many at once, so that a large file is never in memory as a whole. */
async function pour(source: Source, write: (chunk: Buffer, at: number) => Promise<unknown>): Promise<void> {
    const under = new Set<Promise<unknown>>();
    let at = 0;
    for await (const chunk of chunksOf(source)) {
        const one: Promise<unknown> = write(chunk, at).then(() => under.delete(one));
        // Awaited below; until then its failure is nobody's.
        one.catch(() => undefined);
        under.add(one);
        at += chunk.length;
        if (under.size >= chunksAtOnce) {
            await Promise.race(under);
        }
    }
    await Promise.all(under);
}

async function* chunksOf(source: Source): AsyncGenerator<Buffer> {
    if (!Buffer.isBuffer(source)) {
        for await (const chunk of createReadStream(source.localPath, { highWaterMark: chunkBytes })) {
            yield Buffer.from(chunk);
        }
        return;
    }
    for (let at = 0; at < source.length; at += chunkBytes) {
        yield source.subarray(at, at + chunkBytes);
    }
}

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
