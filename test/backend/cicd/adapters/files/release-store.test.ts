import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createReleaseStore } from "../../../../../backend/cicd/adapters/files/release-store.ts";
import type { Release } from "../../../../../backend/cicd/core/release.ts";
import { createCipher, WrongKeyError } from "../../../../../backend/platform/crypto/cipher.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

function newRelease(fields: Partial<Release> = {}): Release {
    return {
        deploymentId: "d1",
        stackId: "web",
        commitSha: "f".repeat(40),
        createdAt: "2026-01-31T12:00:00.000Z",
        initial: false,
        files: ["compose.yaml", "bin/run.sh"].map((path) => ({ path, sha256: "0".repeat(64), executable: false })),
        override: "services: {}\n",
        images: [{ service: "web", image: "web:abc", imageId: "sha256:1", built: true }],
        variables: [{ name: "TOKEN", value: "s3cret", secret: true }],
        declaredServices: ["web"],
        serviceHashes: { web: "hash" },
        healthCheck: { path: "/health", timeoutSeconds: 60 },
        ...fields,
    };
}

async function open() {
    const directory = join(await temporaryDirectory(), "releases");
    const source = await temporaryDirectory();
    await mkdir(join(source, "bin"));
    await writeFile(join(source, "compose.yaml"), "services:\n");
    await writeFile(join(source, "bin/run.sh"), "#!/bin/sh\n");
    await chmod(join(source, "bin/run.sh"), 0o755);
    await writeFile(join(source, "untold"), "not of the release");
    const cipher = createCipher(randomBytes(32));
    return { directory, source, store: createReleaseStore({ directory, cipher }), cipher };
}

describe("a release", () => {
    it("is found as it was saved, with its files and their modes", async () => {
        const { store, source } = await open();

        await store.save(newRelease(), source);

        expect(await store.find("d1")).toEqual(newRelease());
        const files = store.filesDirectory("d1");
        expect((await readdir(files, { recursive: true })).sort()).toEqual(["bin", "bin/run.sh", "compose.yaml"]);
        expect(await readFile(join(files, "compose.yaml"), "utf8")).toBe("services:\n");
        expect((await stat(join(files, "bin/run.sh"))).mode & 0o777).toBe(0o755);
        expect(await readFile(store.overrideFile("d1"), "utf8")).toBe("services: {}\n");
    });

    it("keeps its variables encrypted", async () => {
        const { store, source, directory } = await open();
        await store.save(newRelease(), source);

        expect(await readFile(join(directory, "d1/release.json"), "utf8")).not.toMatch(/s3cret|TOKEN/);
        const other = createReleaseStore({ directory, cipher: createCipher(randomBytes(32)) });
        await expect(other.find("d1")).rejects.toThrow(WrongKeyError);
    });

    it("keeps a symlink as it is", async () => {
        const { store, source } = await open();
        await symlink("/etc/hostname", join(source, "link"));

        await store.save(newRelease({ files: [{ path: "link", sha256: "", executable: false }] }), source);

        expect(await readlink(join(store.filesDirectory("d1"), "link"))).toBe("/etc/hostname");
    });

    it.each([
        ["leaves it upwards", "../outside"],
        ["is absolute", "/etc/hostname"],
        ["leaves it through a symlink", "out/hostname"],
        ["is a folder", "bin"],
    ])("refuses a file whose path %s, and leaves nothing behind", async (_, path) => {
        const { store, source, directory } = await open();
        await symlink("/etc", join(source, "out"));

        const saving = store.save(newRelease({ files: [{ path, sha256: "", executable: false }] }), source);

        await expect(saving).rejects.toMatchObject({ code: "invalid", details: { errorCode: "not_contained" } });
        expect(await store.find("d1")).toBeUndefined();
        expect(await readdir(directory)).toEqual([]);
    });

    it("that was saved before is replaced as a whole", async () => {
        const { store, source } = await open();
        await store.save(newRelease(), source);

        await store.save(newRelease({ files: [], override: undefined }), source);

        expect(await readdir(store.filesDirectory("d1"))).toEqual([]);
        await expect(readFile(store.overrideFile("d1"))).rejects.toThrow();
        expect((await store.find("d1"))?.files).toEqual([]);
    });

    it("gets a new record, its files left as they are", async () => {
        const { store, source } = await open();
        await store.save(newRelease(), source);

        await store.update(newRelease({ userOverride: "x", serviceHashes: {}, override: undefined }));

        expect(await store.find("d1")).toMatchObject({ userOverride: "x", serviceHashes: {} });
        expect(await readdir(store.filesDirectory("d1"))).toContain("compose.yaml");
        await expect(readFile(store.overrideFile("d1"))).rejects.toThrow();
        await expect(store.update(newRelease({ deploymentId: "gone" }))).rejects.toMatchObject({ code: "not_found" });
    });
});

describe("kept releases", () => {
    it("are listed by stack, newest first, also after a restart", async () => {
        const { store, source, directory, cipher } = await open();
        for (const [deploymentId, stackId, second] of [
            ["d1", "web", 1],
            ["d3", "web", 3],
            ["d2", "web", 2],
            ["d4", "shop", 4],
        ] as const) {
            const createdAt = `2026-01-31T12:00:0${second}.000Z`;
            await store.save(newRelease({ deploymentId, stackId, createdAt }), source);
        }

        expect(await store.list("web")).toEqual(["d3", "d2", "d1"]);
        await store.remove("d2");
        await store.remove("d2");
        expect(await store.list("web")).toEqual(["d3", "d1"]);
        expect(await createReleaseStore({ directory, cipher }).list("web")).toEqual(["d3", "d1"]);
        expect(await store.list("blog")).toEqual([]);
    });

    it("are whole: what a crash left half written is cleared away", async () => {
        const { store, source, directory, cipher } = await open();
        await store.save(newRelease(), source);
        await mkdir(join(directory, ".tmp-1234/files"), { recursive: true });
        await mkdir(join(directory, "half/files"), { recursive: true });

        const restarted = createReleaseStore({ directory, cipher });

        expect(await restarted.list("web")).toEqual(["d1"]);
        expect(await restarted.find("half")).toBeUndefined();
        expect(await readdir(directory)).not.toContain(".tmp-1234");
    });

    it.each(["../d1", "a/b", ""])("have ids, not paths: %j", async (id) => {
        const { store } = await open();

        await expect(store.find(id)).rejects.toMatchObject({ code: "invalid" });
        await expect(store.remove(id)).rejects.toMatchObject({ code: "invalid" });
    });
});
