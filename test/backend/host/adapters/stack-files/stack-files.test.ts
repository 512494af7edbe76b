import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { diskStackFiles } from "../../../../../backend/host/adapters/stack-files/stack-files.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

async function withStack(name = "demo", composeFile = "compose.yaml") {
    const root = await temporaryDirectory();
    const stacks = join(root, "stacks");
    await mkdir(join(stacks, name), { recursive: true });
    await writeFile(join(stacks, name, composeFile), "services: {}\n");
    return { root, stacks, directory: join(stacks, name), files: diskStackFiles(stacks) };
}

it.each([
    [["compose.yml", "docker-compose.yml"], "docker-compose.yml"],
    [["compose.yml", "docker-compose.yml", "docker-compose.yaml"], "docker-compose.yaml"],
    [["compose.yml", "compose.yaml"], "compose.yaml"],
])("takes the compose file of %j that Dockge takes", async (names, expected) => {
    const { files, directory } = await withStack("demo", names[0]);
    for (const name of names) {
        await writeFile(join(directory, name), "");
    }
    expect(await files.find("demo")).toEqual({ name: "demo", composeFileName: expected });
});

it("writes the file that is there, and keeps its mode", async () => {
    const { files, directory } = await withStack("demo", "docker-compose.yml");
    await writeFile(join(directory, ".env"), "A=1\n");
    await chmod(join(directory, ".env"), 0o600);
    await files.write((await files.find("demo"))!, { composeYAML: "new: 1\n", composeENV: "" });
    expect((await readdir(directory)).sort()).toEqual([".env", "docker-compose.yml"]);
    expect(await files.read((await files.find("demo"))!)).toEqual({ composeYAML: "new: 1\n", composeENV: "" });
    expect((await stat(join(directory, ".env"))).mode & 0o777).toBe(0o600);
});

it("makes no .env without content", async () => {
    const { files, directory } = await withStack();
    await files.write({ name: "demo" }, { composeYAML: "a: 1\n", composeENV: " \n" });
    expect(await readdir(directory)).toEqual(["compose.yaml"]);
});

it("removes a stack's folder, but not what a link points to", async () => {
    const { files, root, stacks } = await withStack();
    await mkdir(join(root, "precious"));
    await writeFile(join(root, "precious/compose.yaml"), "");
    await symlink(join(root, "precious"), join(stacks, "linked"));
    await symlink(join(root, "precious"), join(stacks, "demo/inner"));
    await expect(files.remove("linked")).rejects.toMatchObject({ code: "conflict" });
    await files.remove("demo");
    expect(await readdir(stacks)).toEqual(["linked"]);
    expect(await readdir(join(root, "precious"))).toEqual(["compose.yaml"]);
});

it("names the environment files only where there is a global one", async () => {
    const { files, stacks, directory } = await withStack();
    expect(await files.environmentFiles("demo")).toEqual([]);
    await writeFile(join(stacks, "global.env"), "A=1\n");
    expect(await files.environmentFiles("demo")).toEqual(["../global.env"]);
    await writeFile(join(directory, ".env"), "B=1\n");
    expect(await files.environmentFiles("demo")).toEqual(["../global.env", "./.env"]);
});

it.each(["..", "../x", "a/b", "", ".git", "a\0b", "a\\b"])("refuses the name %j", async (name) => {
    const { files } = await withStack();
    await expect(files.find(name)).rejects.toMatchObject({ code: "invalid" });
    await expect(files.directory(name)).rejects.toMatchObject({ code: "invalid" });
});

it("answers a real path, and says so where there is no stack", async () => {
    const { files, root, stacks } = await withStack();
    await symlink(join(stacks, "demo"), join(stacks, "other"));
    expect(await files.directory("other")).toBe(join(stacks, "demo"));
    await expect(files.directory("nothing")).rejects.toMatchObject({ code: "not_found" });
    await writeFile(join(root, "stacks/file"), "");
    expect((await files.scan()).map((folder) => folder.name)).toEqual(["demo", "other"]);
    expect(await readFile(join(stacks, "file"), "utf8")).toBe("");
});
