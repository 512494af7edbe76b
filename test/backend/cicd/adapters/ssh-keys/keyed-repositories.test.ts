import { execFileSync } from "node:child_process";
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createRepositoryStore } from "../../../../../backend/cicd/adapters/sqlite/repository-store.ts";
import { createKeyFiles, type KeyFiles } from "../../../../../backend/cicd/adapters/ssh-keys/key-files.ts";
import {
    keepKeysInFiles,
    removeOrphanedKeys,
} from "../../../../../backend/cicd/adapters/ssh-keys/keyed-repositories.ts";
import type { NewRepository, RepositoryStore } from "../../../../../backend/cicd/core/git-repository.ts";
import { createCipher } from "../../../../../backend/platform/crypto/cipher.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newRepository } from "../../../../support/records.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

const cipher = createCipher(new Uint8Array(32).fill(7));
const key = { privateKey: "-----the private key-----", passphrase: "open sesame" };

function keyed(fields: Partial<NewRepository> = {}): NewRepository {
    return newRepository({
        url: "git@git.example:o/web.git",
        authType: "ssh_key",
        credentials: key,
        publicKey: "ssh-ed25519 AAAA web",
        ...fields,
    });
}

describe("a repository's SSH key", () => {
    let directory: string;
    let plain: RepositoryStore;
    let files: KeyFiles;
    let store: RepositoryStore;

    beforeEach(async () => {
        directory = join(await temporaryDirectory(), "ssh");
        const database = await openTestDatabase();
        plain = createRepositoryStore({ database, cipher, clock: createTestClock() });
        files = createKeyFiles(directory, cipher);
        store = keepKeysInFiles(plain, files);
    });

    /** What a server reads that starts anew. */
    function restarted(): RepositoryStore {
        return keepKeysInFiles(plain, createKeyFiles(directory, cipher));
    }

    it("lies encrypted in a file of its own, never in the database, and is there again after a restart", async () => {
        const saved = await store.save(keyed());

        expect(saved.credentials).toEqual(key);
        expect((await plain.findByStack("web"))?.credentials).toBeUndefined();
        expect(await readdir(directory)).toEqual([saved.id]);
        const file = join(directory, saved.id);
        expect((await stat(directory)).mode & 0o777).toBe(0o700);
        expect((await stat(file)).mode & 0o777).toBe(0o600);
        const text = await readFile(file, "latin1");
        expect(text).not.toContain("private key");
        expect(text).not.toContain(Buffer.from("the private key").toString("base64").slice(0, 16));
        for (const found of [
            await restarted().find(saved.id),
            await restarted().findByStack("web"),
            (await restarted().list())[0],
        ]) {
            expect(found).toMatchObject({ credentials: key, publicKey: "ssh-ed25519 AAAA web" });
        }
    });

    it("is replaced, and its public half with it", async () => {
        const { id } = await store.save(keyed());
        const other = { privateKey: "another" };
        await store.save(keyed({ credentials: other, publicKey: "ssh-ed25519 BBBB web" }));
        expect(await restarted().find(id)).toMatchObject({ credentials: other, publicKey: "ssh-ed25519 BBBB web" });
        expect(await readdir(directory)).toEqual([id]);
    });

    it("goes with its repository, and with the change to another access", async () => {
        await store.save(keyed());
        await store.save(newRepository({ authType: "http_token", credentials: { token: "t" } }));
        expect(await readdir(directory)).toEqual([]);
        expect((await store.findByStack("web"))?.credentials).toEqual({ token: "t" });
        await store.save(keyed());
        await store.delete("web");
        expect(await readdir(directory)).toEqual([]);
        expect(await store.list()).toEqual([]);
    });

    it("is the new one once it is written, also for who began to read the old one before", async () => {
        const saved = await store.save(keyed());
        const file = join(directory, saved.id);
        const old = await readFile(file, "utf8");
        await rm(file);
        execFileSync("mkfifo", [file]);
        const slow = createKeyFiles(directory, cipher);
        const reading = slow.read(saved.id);
        const pipe = await open(file, "w");
        await slow.write(saved.id, { privateKey: "new" });
        await pipe.writeFile(old);
        await pipe.close();
        await reading;

        expect(await slow.read(saved.id)).toEqual({ privateKey: "new" });
    });

    it("cannot be read in another repository's place", async () => {
        const { id } = await store.save(keyed());
        const second = await store.save(keyed({ stackId: "second" }));
        await writeFile(join(directory, second.id), await readFile(join(directory, id)));
        await expect(restarted().find(second.id)).rejects.toMatchObject({ code: "conflict" });
    });

    it("that is damaged is missing in a list of all, which others need", async () => {
        const { id } = await store.save(keyed());
        await store.save(keyed({ stackId: "second" }));
        await writeFile(join(directory, id), "");
        expect((await restarted().list()).map(({ stackId, credentials }) => [stackId, credentials])).toEqual([
            ["second", key],
            ["web", undefined],
        ]);
    });

    it("is not saved by half: without its file there is no repository", async () => {
        await writeFile(directory, "a file where the folder should be");
        await expect(store.save(keyed())).rejects.toThrow();
        expect(await plain.list()).toEqual([]);
    });

    it("that nobody owns any more is removed at the start", async () => {
        const { id } = await store.save(keyed());
        await mkdir(directory, { recursive: true });
        await writeFile(join(directory, "gone"), "x");
        await writeFile(join(directory, `${id}.0123456789ab`), "x");
        await removeOrphanedKeys(store, { list: async () => [] }, files);
        expect(await readdir(directory)).toEqual([id]);
    });

    it("stands beside the fingerprint of the server's pinned key", async () => {
        const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
        const { id } = await store.save(keyed({ hostKey }));
        expect((await store.find(id))?.hostKeyFingerprint).toBe("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
    });
});
