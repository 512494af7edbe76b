import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { readProject, type ReadProjectInput } from "../../../../backend/cicd/services/read-project.ts";
import { newBuildConfig } from "../../../support/records.ts";
import { containing } from "../../../support/containing.ts";
import { plant, type Tree } from "../../../support/release-files.ts";
import { beginRun, deploymentAt, openWorkshop } from "../../../support/workshop.ts";

const times = { createdAt: "2026-01-31T12:00:00.000Z", updatedAt: "2026-01-31T12:00:00.000Z" };

async function open(tree: Tree) {
    const workshop = await openWorkshop();
    const worktree = join(workshop.directory, "worktree");
    await mkdir(worktree);
    await plant(worktree, tree);
    const run = await beginRun(workshop, await deploymentAt(workshop, "building"));
    const read = (given: Partial<ReadProjectInput> & { readonly composePath?: string } = {}, globals?: string) =>
        readProject({ files: diskFiles, globalEnvironment: async () => globals }, run, {
            worktree,
            config: { ...newBuildConfig({ composePath: given.composePath ?? null }), id: "b1", ...times },
            variables: [],
            environmentText: undefined,
            userOverride: undefined,
            ...given,
        });
    const log = (): readonly string[] => workshop.logs.texts(run.id);
    return { ...workshop, worktree, read, log };
}

const compose = "services:\n  web:\n    image: nginx:${TAG:-1}\n";

describe("reading a commit's compose files", () => {
    it("knows the variables of global.env beneath the stack's own .env and its variables", async () => {
        const { read } = await open({ "compose.yaml": compose, ".env": "OWN=tracked\n" });
        const variables = [{ name: "GIVEN", value: "variable", secret: false, stored: false }];

        const { lookup, globals } = await read({ variables }, "TAG=3\nOWN=global\nGIVEN=global\nDOCKER_HOST=x\n");

        expect(["TAG", "OWN", "GIVEN"].map(lookup)).toEqual(["3", "tracked", "variable"]);
        expect(globals).toEqual({ TAG: "3", GIVEN: "global" });
    });

    it("gives the project and the tracked files of its folder", async () => {
        const { read } = await open({ "compose.yaml": compose, "conf/app.ini": "", "compose.override.yml": compose });

        const { project, tracked } = await read();

        expect(project.file.path).toBe("compose.yaml");
        expect(tracked.map(({ target }) => target)).toEqual(["compose.yaml", "conf/app.ini"]);
    });

    it("maps a subfolder onto the stack's directory", async () => {
        const { read } = await open({
            "apps/shop/compose.yaml": compose,
            "apps/shop/a": "",
            "apps/other/b": "",
            readme: "",
        });

        const { project, tracked } = await read({ composePath: "apps/shop/compose.yaml" });

        expect(project.folder).toBe("apps/shop");
        expect(tracked.map(({ target }) => target)).toEqual(["a", "compose.yaml"]);
    });

    it("looks names up in the variables, then in the stack's .env, else in the tracked one", async () => {
        const { read } = await open({ "compose.yaml": compose, ".env": "A=tracked\nB=tracked\n" });
        const variables = [{ name: "A", value: "variable", secret: true }];

        const own = await read({ variables, environmentText: "A=own\nC=own\n" });
        const tracked = await read({ variables });

        expect(["A", "B", "C"].map(own.lookup)).toEqual(["variable", undefined, "own"]);
        expect(["A", "B", "C"].map(tracked.lookup)).toEqual(["variable", "tracked", undefined]);
    });

    it("says that there is none", async () => {
        const { read } = await open({ readme: "" });

        await expect(read()).rejects.toMatchObject({ errorCode: "compose_missing" });
    });

    it("says where a file is wrong, and logs every mistake", async () => {
        const { read, log } = await open({
            "compose.yaml": "services:\n  web:\n    image: a\n    env_file: /etc/shadow\n    build: ../..\n",
        });

        const message = containing("and 1 more, see the log");
        await expect(read()).rejects.toMatchObject({ errorCode: "not_contained", message });

        expect(log()).toEqual([containing("compose.yaml:4"), containing("compose.yaml:5")]);
    });

    it("refuses a .env of the stack that leads Compose elsewhere", async () => {
        const { read } = await open({ "compose.yaml": compose });

        const reading = read({ environmentText: "COMPOSE_FILE=/etc/other.yaml\n" });

        await expect(reading).rejects.toMatchObject({ errorCode: "env_refused" });
    });

    it("merges the user's own override in last", async () => {
        const { read } = await open({ "compose.yaml": compose });
        const text = "services:\n  web:\n    container_name: mine\n";

        const { project } = await read({ userOverride: { name: "compose.override.yml", text } });

        expect(project.file.text).toContain("mine");
        expect(project.file.text).toContain("nginx");
    });
});

describe("a hostile commit", () => {
    it("reads nothing outside through a .env that is a symlink", async () => {
        const { read, worktree, directory } = await open({ "compose.yaml": compose });
        await plant(directory, { "server.env": "KEY=of the server\n" });
        await symlink("../server.env", join(worktree, ".env"));

        const reading = read();

        await expect(reading).rejects.toMatchObject({ errorCode: "not_contained" });
        await expect(reading).rejects.not.toMatchObject({ message: containing("of the server") });
    });

    it.each(["compose.yaml", "conf/link"])("with %s as a symlink out of it is refused", async (path) => {
        const { read, worktree } = await open(path === "compose.yaml" ? { readme: "" } : { "compose.yaml": compose });
        await mkdir(join(worktree, "conf"));
        await symlink("/etc/passwd", join(worktree, path));

        await expect(read()).rejects.toThrow(/outside|leads out|missing/);
    });

    it("with a symlink as .env inside of it works", async () => {
        const { read } = await open({ "compose.yaml": compose, ".env": "-> env/prod", "env/prod": "A=1\n" });

        expect((await read()).lookup("A")).toBe("1");
    });
});
