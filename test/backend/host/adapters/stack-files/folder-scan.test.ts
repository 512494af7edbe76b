import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createFolderScan } from "../../../../../backend/host/adapters/stack-files/folder-scan.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

/** A stacks directory with two stacks, looked at so many seconds after its last change. */
async function scanned(secondsLater: number) {
    const root = await temporaryDirectory();
    const path = (...words: readonly string[]): string => join(root, ...words);
    for (const name of ["shop", "web"]) {
        await mkdir(path(name));
        await writeFile(path(name, "compose.yaml"), "");
    }
    return { path, scan: createFolderScan(root, () => Date.now() + secondsLater * 1000) };
}

it("reads only what has changed", async () => {
    const { scan, path } = await scanned(60);
    const first = await scan();
    expect(first.map(({ composeFileName }) => composeFileName)).toEqual(["compose.yaml", "compose.yaml"]);

    await rename(path("web", "compose.yaml"), path("web", "compose.yml"));
    const second = await scan();

    expect(second[0]).toBe(first[0]);
    expect(second[1]).toEqual({ name: "web", composeFileName: "compose.yml" });
});

it("reads once more what changed just now: another change may bear the same time", async () => {
    const { scan } = await scanned(0);
    const [first] = await scan();

    expect((await scan())[0]).toEqual(first);
    expect((await scan())[0]).not.toBe(first);
});

it("sees what came, went, and took another's place", async () => {
    const { scan, path } = await scanned(60);
    await scan();
    await rm(path("shop"), { recursive: true });
    await rename(path("web"), path("shop"));
    await mkdir(path("web"));
    await symlink(path("shop"), path("linked"));
    await symlink(path("nowhere"), path("dangling"));
    await mkdir(path(".hidden"));
    await writeFile(path("global.env"), "");

    expect(await scan()).toEqual([
        { name: "linked", composeFileName: "compose.yaml" },
        { name: "shop", composeFileName: "compose.yaml" },
        { name: "web", composeFileName: undefined },
    ]);
});

it("finds nothing where there is no stacks directory", async () => {
    expect(await createFolderScan(join(await temporaryDirectory(), "none"))()).toEqual([]);
});
