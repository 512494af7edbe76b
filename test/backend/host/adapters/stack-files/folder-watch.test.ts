import { EventEmitter } from "node:events";
import type { FSWatcher } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
    diskFolderWatch,
    type FolderWatchOptions,
} from "../../../../../backend/host/adapters/stack-files/folder-watch.ts";

/** A stacks directory that is followed. */
async function followed(folders: readonly string[], options: FolderWatchOptions = {}) {
    const root = await mkdtemp(join(tmpdir(), "cicd-watch-"));
    for (const folder of folders) {
        await mkdir(join(root, folder));
    }
    let changes = 0;
    const watch = diskFolderWatch(root, options);
    const follow = (names: readonly string[]) => watch.follow(names, () => (changes += 1));
    onTestFinished(async () => {
        watch.release();
        await rm(root, { recursive: true, force: true });
    });
    return {
        path: (...words: readonly string[]) => join(root, ...words),
        follow,
        release: () => watch.release(),
        first: follow(folders),
        /** Resolves when one more change was told of, within two seconds. */
        async told(change: () => Promise<unknown>): Promise<void> {
            const before = changes;
            await change();
            await expect.poll(() => changes, { timeout: 2000, interval: 5 }).toBeGreaterThan(before);
        },
        changes: () => changes,
    };
}

it("tells of folders that are made, renamed and removed", async () => {
    const { path, told, first } = await followed(["web"]);
    expect(first).toEqual({ hasNew: true, hasAll: true });

    await told(() => mkdir(path("shop")));
    await told(() => rename(path("shop"), path("store")));
    await told(() => rm(path("store"), { recursive: true }));
    await told(() => symlink(path("web"), path("linked")));
});

it("tells of a compose file that comes, goes, or gets another name", async () => {
    const { path, told } = await followed(["web"]);

    await told(() => writeFile(path("web", "compose.yaml"), ""));
    await told(() => rename(path("web", "compose.yaml"), path("web", "docker-compose.yml")));
    await told(() => rm(path("web", "docker-compose.yml")));
});

it("is not disturbed by what programs write into their folders", async () => {
    const { path, told, changes } = await followed(["web", "last"]);

    await writeFile(path("web", "data.db"), "");
    await mkdir(path("web", "logs"));
    await writeFile(path("web", "logs", "compose.yaml"), "");
    await writeFile(path(".hidden"), "");
    expect(changes()).toBe(0);
    await told(() => writeFile(path("last", "compose.yaml"), ""));
    const before = changes();
    await writeFile(path("last", "compose.yaml"), "services: {}\n");
    await told(() => mkdir(path("end")));
    expect(changes()).toBe(before + 1);
});

it("follows a folder that took another's place", async () => {
    const { path, told, follow } = await followed(["web"]);
    await told(() => rm(path("web"), { recursive: true }));
    await told(() => mkdir(path("web")));
    await expect.poll(() => follow(["web"]).hasNew).toBe(true);

    await told(() => writeFile(path("web", "compose.yaml"), ""));
});

it("follows new folders, and no longer those that are not named", async () => {
    const { path, told, follow, changes } = await followed(["web", "shop"]);
    await told(() => mkdir(path("new")));
    expect(follow(["shop", "new"])).toEqual({ hasNew: true, hasAll: true });
    expect(follow(["shop", "new"])).toEqual({ hasNew: false, hasAll: true });

    await writeFile(path("web", "compose.yaml"), "");
    await told(() => writeFile(path("new", "compose.yaml"), ""));
    const before = changes();
    await writeFile(path("web", "compose.yml"), "");
    await told(() => writeFile(path("shop", "compose.yaml"), ""));
    expect(changes()).toBe(before + 1);
});

it("is silent when nobody looks", async () => {
    const { path, follow, release, changes, told } = await followed(["web"]);
    release();
    await mkdir(path("shop"));
    follow(["web"]);
    await told(() => writeFile(path("web", "compose.yaml"), ""));
    expect(changes()).toBe(1);
});

/** A system that lets so many folders be followed, and answers what it was asked for. */
function limitedSystem(limit: number, code: string) {
    const asked: string[] = [];
    const watchFolder = (path: string): FSWatcher => {
        asked.push(path);
        if (asked.length > limit) {
            throw Object.assign(new Error(code), { code });
        }
        return Object.assign(new EventEmitter(), { close: () => undefined, ref: neverUsed, unref: neverUsed });
    };
    return { watchFolder, asked };
}

function neverUsed(): never {
    throw new Error("is not used");
}

it.each(["ENOSPC", "EMFILE", "ENOSYS"])("asks no more after %s, until it is begun anew", async (code) => {
    const { watchFolder, asked } = limitedSystem(2, code);
    const { follow, release } = await followed(["a", "b", "c"], { watchFolder });
    expect(asked).toHaveLength(3);

    expect(follow(["a", "b", "c", "d"])).toEqual({ hasNew: false, hasAll: false });
    expect(asked).toHaveLength(3);
    release();
    follow(["a"]);
    expect(asked).toHaveLength(4);
});

it("goes on past a folder that it may not enter, and takes no more than its share", async () => {
    const refused = limitedSystem(0, "EACCES");
    await followed(["a", "b"], { watchFolder: refused.watchFolder });
    expect(refused.asked).toHaveLength(3);

    const { watchFolder, asked } = limitedSystem(100, "ENOSPC");
    await followed(["a", "b", "c", "d"], { watchFolder, most: 3 });
    expect(asked).toHaveLength(3);
});
