import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { AppError } from "../../../../common/errors.ts";
import { describeBytes } from "../../core/byte-size.ts";
import type { JobArchives, PackedFiles } from "../../core/job-archive.ts";
import { entryBlocks } from "./entry-blocks.ts";
import { inWords } from "./system-error.ts";
import { blockBytes, endBlocks } from "./tar-blocks.ts";
import { walkWorkspace, type Found } from "./walk-workspace.ts";
import { wantedPaths } from "./wanted-paths.ts";

type PackInput = Parameters<JobArchives["pack"]>[0];

const mostShown = 200;
/** Of the shown paths together: they are kept and sent with every job. */
const mostShownCharacters = 16 * 1024;
const mostUnreadable = 20;

/** What is counted while an archive is written. */
interface Tally {
    files: number;
    /** Of the contents and of what stands before them. */
    bytes: number;
    readonly paths: string[];
    /** Of the paths together. */
    characters: number;
    readonly unreadable: Set<string>;
}

/** Packs files by temporary name and rename; see the port. */
export async function pack(input: PackInput): Promise<PackedFiles | undefined> {
    const temporary = join(dirname(input.archive), `.${randomBytes(12).toString("hex")}.tmp`);
    try {
        const tally: Tally = { files: 0, bytes: 0, paths: [], characters: 0, unreadable: new Set() };
        const gzip = input.archive.endsWith(".gz") ? [createGzip()] : [];
        const file = createWriteStream(temporary, { flags: "wx", mode: 0o600, flush: true });
        await pipeline([Readable.from(tarOf(input, tally)), ...gzip, file], { signal: input.signal });
        return await finish(input, temporary, tally);
    } catch (error) {
        input.signal.throwIfAborted();
        throw inWords(error);
    } finally {
        await rm(temporary, { force: true });
    }
}

async function finish(input: PackInput, temporary: string, tally: Tally): Promise<PackedFiles | undefined> {
    const unreadable = [...tally.unreadable];
    if (tally.files === 0 && unreadable.length > 0) {
        throw new AppError("invalid", `nothing of it can be read: ${unreadable.map(shown).join(", ")}`);
    }
    if (tally.files === 0) {
        return undefined;
    }
    const { size } = await stat(temporary);
    await rename(temporary, input.archive);
    return { files: tally.files, bytes: size, paths: tally.paths.sort(), unreadable };
}

/** The tar file, as it grows. */
async function* tarOf({ workspace, globs, mostBytes, signal }: PackInput, tally: Tally): AsyncGenerator<Buffer, void> {
    const onUnreadable = (path: string): void => {
        if (tally.unreadable.size < mostUnreadable) {
            tally.unreadable.add(path);
        }
    };
    for await (const found of walkWorkspace(workspace, { wanted: wantedPaths(globs), onUnreadable, signal })) {
        count(tally, found, mostBytes);
        const isPacked = yield* entryBlocks(found, onUnreadable);
        if (isPacked && !found.stats.isDirectory()) {
            tally.files += 1;
            show(tally, found.path);
        }
    }
    yield endBlocks();
}

function show(tally: Tally, path: string): void {
    tally.characters += path.length;
    if (tally.paths.length < mostShown && tally.characters <= mostShownCharacters) {
        tally.paths.push(path);
    }
}

/** By the sizes that the system tells, before anything is read: files with holes are as large as they say. */
function count(tally: Tally, { path, stats }: Found, mostBytes: number): void {
    tally.bytes += blockBytes + (stats.isFile() ? stats.size : 0);
    if (tally.bytes > mostBytes) {
        const own = stats.isFile() ? `, ${shown(path)} alone ${describeBytes(stats.size)}` : "";
        const reason = `they take ${describeBytes(tally.bytes)} or more${own}; at most ${describeBytes(mostBytes)} are kept`;
        throw new AppError("invalid", `${reason}. Name fewer files.`);
    }
}

function shown(path: string): string {
    return JSON.stringify(path);
}
