import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../../../common/errors.ts";
import type { Cipher } from "../../../platform/crypto/cipher.ts";

const StoredKey = z.object({
    privateKey: z.string(),
    passphrase: z.string().optional(),
    publicKey: z.string().optional(),
});
export type StoredKey = z.infer<typeof StoredKey>;

/** Encrypted SSH keys, one file (0600) for each repository or target in a folder of their own (0700). */
export interface KeyFiles {
    read(repositoryId: string): Promise<StoredKey | undefined>;
    write(repositoryId: string, key: StoredKey): Promise<void>;
    /** Fine when there is none. */
    remove(repositoryId: string): Promise<void>;
    /** Removes the files of all other repositories, and what a crash left half written. */
    keepOnly(repositoryIds: readonly string[]): Promise<void>;
}

/** What has been read or written stays in memory, because every delivery and every poll lists all repositories. */
export function createKeyFiles(directory: string, cipher: Cipher): KeyFiles {
    const known = new Map<string, StoredKey>();

    return {
        async read(id) {
            const cached = known.get(id);
            if (cached !== undefined) {
                return cached;
            }
            const text = await readText(fileOf(directory, id));
            if (text === undefined) {
                return undefined;
            }
            const key = StoredKey.parse(JSON.parse(cipher.decrypt(text, context(id))));
            // One that was written meanwhile is newer.
            const newest = known.get(id) ?? key;
            known.set(id, newest);
            return newest;
        },
        async write(id, key) {
            const file = fileOf(directory, id);
            known.delete(id);
            await mkdir(directory, { recursive: true, mode: 0o700 });
            await chmod(directory, 0o700);
            await replace(file, cipher.encrypt(JSON.stringify(key), context(id)));
            known.set(id, key);
        },
        async remove(id) {
            known.delete(id);
            await rm(fileOf(directory, id), { force: true });
        },
        async keepOnly(ids) {
            const names = await readdir(directory).catch(() => []);
            const strangers = names.filter((name) => !ids.includes(name));
            await Promise.all(strangers.map((name) => rm(join(directory, name), { force: true })));
        },
    };
}

/** Ties a file to its repository: under another name it cannot be opened. */
function context(id: string): string {
    return `ssh:${id}`;
}

function fileOf(directory: string, id: string): string {
    if (!/^[A-Za-z0-9_-]+$/.test(id)) {
        throw new AppError("internal", `repository: ${id} is no id`);
    }
    return join(directory, id);
}

async function readText(file: string): Promise<string | undefined> {
    try {
        return await readFile(file, "utf8");
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") {
            return undefined;
        }
        throw error;
    }
}

/** There is always the whole old file or the whole new one, also after a power cut. */
async function replace(file: string, text: string): Promise<void> {
    const draft = `${file}.${randomBytes(6).toString("hex")}`;
    try {
        const handle = await open(draft, "wx", 0o600);
        try {
            await handle.writeFile(text);
            await handle.sync();
        } finally {
            await handle.close();
        }
        await rename(draft, file);
    } catch (error) {
        await rm(draft, { force: true });
        throw error;
    }
}
