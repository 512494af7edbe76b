import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import type { Cipher } from "../../../platform/crypto/cipher.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { removeTree } from "../../../platform/disk/remove-tree.ts";
import type { Release, ReleaseStore } from "../../core/release.ts";
import { copyReleaseFiles } from "./copy-release-files.ts";
import { isMissing } from "./missing.ts";
import { fromRecordHead, fromRecordText, toRecordText } from "./release-record.ts";
import { safeId } from "./safe-id.ts";

/** Directories that are not whole yet, or no more. What lies there was left by a crash. */
const temporaryPrefix = ".tmp-";
const recordName = "release.json";
const overrideName = "compose.override.yaml";

type Heads = Map<string, { readonly stackId: string; readonly createdAt: string }>;

/** Releases as directories: `<directory>/<deploymentId>/{release.json, compose.override.yaml, files/…}`. */
export function createReleaseStore(ports: {
    /** Such as `<data directory>/cicd/releases`. */
    readonly directory: string;
    readonly cipher: Cipher;
}): ReleaseStore {
    const { directory, cipher } = ports;
    const placeOf = (deploymentId: string): string => join(directory, safeId(deploymentId));
    let heads: Promise<Heads> | undefined;

    /** Which releases there are: read from the disk once, then kept up to date. */
    function known(): Promise<Heads> {
        heads ??= readHeads(directory).catch((error: unknown) => {
            heads = undefined;
            throw error;
        });
        return heads;
    }

    return {
        async save(release, from) {
            const all = await known();
            const place = placeOf(release.deploymentId);
            const temporary = join(directory, temporaryPrefix + randomId());
            try {
                await mkdir(join(temporary, "files"), { recursive: true, mode: 0o700 });
                await copyReleaseFiles(
                    from,
                    join(temporary, "files"),
                    release.files.map((file) => file.path),
                );
                await writeRecord(temporary, release, cipher);
                await removeWhole(directory, place);
                await rename(temporary, place);
                await sync(directory);
            } catch (error) {
                await removeTree(temporary);
                throw error;
            }
            all.set(release.deploymentId, release);
        },
        async update(release) {
            const place = placeOf(release.deploymentId);
            if (!(await known()).has(release.deploymentId)) {
                throw new AppError("not_found", "release: it is not kept any more; deploy the commit again");
            }
            await writeRecord(place, release, cipher);
        },
        async find(deploymentId) {
            const text = await readIfThere(join(placeOf(deploymentId), recordName));
            return text === undefined ? undefined : fromRecordText(text, cipher);
        },
        filesDirectory: (deploymentId) => join(placeOf(deploymentId), "files"),
        overrideFile: (deploymentId) => join(placeOf(deploymentId), overrideName),
        async list(stackId) {
            const own = [...(await known())].filter(([, head]) => head.stackId === stackId);
            own.sort(([, a], [, b]) => (a.createdAt < b.createdAt ? 1 : -1));
            return own.map(([deploymentId]) => deploymentId);
        },
        async remove(deploymentId) {
            await removeWhole(directory, placeOf(deploymentId));
            (await known()).delete(deploymentId);
        },
    };
}

/** The record last: a directory without one is no release. */
async function writeRecord(place: string, release: Release, cipher: Cipher): Promise<void> {
    if (release.override === undefined) {
        await rm(join(place, overrideName), { force: true });
    } else {
        await writeWhole(join(place, overrideName), release.override);
    }
    await writeWhole(join(place, recordName), toRecordText(release, cipher));
}

async function writeWhole(path: string, text: string): Promise<void> {
    const temporary = `${path}${temporaryPrefix}${randomId()}`;
    const file = await open(temporary, "wx", 0o600);
    try {
        await file.writeFile(text);
        await file.sync();
    } finally {
        await file.close();
    }
    await rename(temporary, path);
}

/** Renamed away first, so that a crash never leaves half a release under its id. */
async function removeWhole(directory: string, place: string): Promise<void> {
    const temporary = join(directory, temporaryPrefix + randomId());
    try {
        await rename(place, temporary);
    } catch (error) {
        if (isMissing(error)) {
            return;
        }
        throw error;
    }
    await removeTree(temporary);
}

async function sync(directory: string): Promise<void> {
    const handle = await open(directory, "r");
    await handle.sync().finally(() => handle.close());
}

async function readHeads(directory: string): Promise<Heads> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const heads: Heads = new Map();
    for (const name of await readdir(directory)) {
        if (name.startsWith(temporaryPrefix)) {
            await removeTree(join(directory, name));
            continue;
        }
        const text = await readIfThere(join(directory, name, recordName));
        if (text !== undefined) {
            heads.set(name, fromRecordHead(text));
        }
    }
    return heads;
}

async function readIfThere(path: string): Promise<string | undefined> {
    try {
        return await readFile(path, "utf8");
    } catch (error) {
        if (isMissing(error)) {
            return undefined;
        }
        throw error;
    }
}
