import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import type { ImageInfo } from "../../../../backend/cicd/core/engine.ts";
import { asFailure } from "../../../../backend/cicd/core/failure.ts";
import { buildRelease } from "../../../../backend/cicd/services/build-release.ts";
import { sha256 } from "../../../support/compose-files.ts";
import { containing } from "../../../support/containing.ts";
import { plant, type Tree } from "../../../support/release-files.ts";
import { beginRun, connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const tip = "a".repeat(40);
const other = "c".repeat(40);
const compose = "services:\n  web:\n    image: app\n  db:\n    image: postgres:17\n";
const tagged = `app:${tip}`;

async function open(tree: Tree = {}, config: Partial<NewBuildConfig> = {}) {
    const workshop = await openWorkshop();
    const { engine, git, target, directory, clock } = workshop;
    const connection = await connect(workshop, { buildType: "script", ...config });
    git.addWorktree = (_remote, _commit, worktree) =>
        plant(worktree, { "compose.yaml": compose, "build.sh": "make\n", ...tree });
    engine.tagImage = async (source, name) => {
        engine.done.push(`tag ${source} ${name}`);
        const image = engine.images.get(source);
        engine.images.set(name, image ?? imageInfo("lost"));
    };
    const run = await beginRun(workshop, await deploymentAt(workshop, "building", { commitSha: tip }));
    const ports = {
        ...workshop,
        files: diskFiles,
        hash: sha256,
        workspacesDirectory: join(directory, "workspaces"),
        serverId: "server-1",
    };
    /** What the script leaves on the engine. */
    function makes(...images: readonly (readonly [name: string, image: ImageInfo])[]): void {
        target.answer = () => {
            images.forEach(([name, image]) => engine.images.set(name, image));
            return {};
        };
    }
    const now = clock.now().toISOString();
    return { ...workshop, run, makes, now, build: () => buildRelease(ports, run, connection) };
}

function imageInfo(id: string, fields: Partial<ImageInfo> = {}): ImageInfo {
    return { id, tags: [], digests: [], sizeBytes: 1, createdAt: "2020-01-01T00:00:00Z", ...fields };
}

describe("a build by script", () => {
    it("runs the script once, between the commands, with the engine's address", async () => {
        const { build, target, makes } = await open({}, { preBuildCommands: ["one"], postBuildCommands: ["two"] });
        makes(["app", imageInfo("sha256:app")]);

        await build();

        expect(target.commands.map(({ argv }) => argv.slice(2).join(" "))).toEqual([
            "set -e\none",
            'set -e\nexec "$@" sh sh -e ./build.sh',
            "set -e\ntwo",
        ]);
        expect(target.commands.every(({ reachesEngine }) => reachesEngine)).toBe(true);
    });

    it("tags what the script made with the commit, and nothing of others", async () => {
        const { build, engine, makes } = await open();
        engine.addImage("postgres:17", "sha256:pg");
        makes(["app", imageInfo("sha256:app")]);

        const built = await build();

        expect(built.images).toEqual([{ service: "web", image: tagged, imageId: "sha256:app", built: true }]);
        expect(engine.done).toEqual([`tag app ${tagged}`]);
        expect(built.override).toContain(`image: "${tagged}"`);
        expect(built.override).not.toContain("postgres");
    });

    it.each<[string, Partial<ImageInfo>, boolean]>([
        ["pulled", { digests: ["app@sha256:1"] }, false],
        ["pulled by its long name", { digests: ["docker.io/library/app@sha256:1"] }, false],
        ["made and pushed", { digests: ["app@sha256:1"], createdAt: "2999-01-01T00:00:00Z" }, true],
        ["pushed under another name", { digests: ["registry.example/app@sha256:1"] }, true],
    ])("sees that a new image was %s", async (_, fields, made) => {
        const { build, makes } = await open();
        makes(["app", imageInfo("sha256:app", fields)]);

        expect((await build()).images.map(({ image }) => image)).toEqual(made ? [tagged] : []);
    });

    it("takes an image that was there before, and is the same, for that of others", async () => {
        const { build, engine } = await open();
        engine.images.set("app", imageInfo("sha256:app", { tags: ["app:latest"] }));

        expect((await build()).images).toEqual([]);
        expect(engine.done).toEqual([]);
    });

    it("knows an unchanged image of its own by the tag of an earlier commit", async () => {
        const { build, engine } = await open();
        engine.images.set("app", imageInfo("sha256:app", { tags: ["app:latest", `app:${other}`] }));

        expect((await build()).images).toMatchObject([{ service: "web", image: tagged }]);
    });

    it("knows an unchanged image of its own by the release that runs, even where a registry has it", async () => {
        const { build, engine, releases, stackDirectory, ...workshop } = await open();
        const live = await deploymentAt(workshop, "successful", { repositoryId: "other" });
        const before = { service: "web", image: `app:${other}`, imageId: "sha256:app", built: true };
        await releases.save(release({ deploymentId: live.id, images: [before] }), stackDirectory);
        engine.images.set("app", imageInfo("sha256:app", { digests: ["app@sha256:1"] }));

        expect((await build()).images).toMatchObject([{ service: "web", image: tagged, built: true }]);
    });

    it("leaves another's image alone that is named by a commit", async () => {
        const image = `other-web:${other}`;
        const { build, engine } = await open({ "compose.yaml": `services:\n  web:\n    image: ${image}\n` });
        engine.images.set(image, imageInfo("sha256:other", { tags: [image] }));

        expect((await build()).images).toEqual([]);
    });

    it("knows the commit's tag in the compose file", async () => {
        const { build, engine, makes } = await open({
            "compose.yaml": 'services:\n  web:\n    image: "app:${CICD_IMAGE_TAG:?}"\n',
        });
        makes([tagged, imageInfo("sha256:app")]);

        expect((await build()).images).toMatchObject([{ service: "web", image: tagged }]);
        expect(engine.done).toEqual([]);
    });

    it("refuses a template that gives two images one name", async () => {
        const { build, makes } = await open({}, { imageTemplate: "registry.example/{stack}" });
        makes(["app", imageInfo("sha256:app")], ["postgres:17", imageInfo("sha256:pg")]);

        await expect(build()).rejects.toMatchObject({
            errorCode: "compose_invalid",
            message: containing("{service}"),
        });
    });

    it("asks for the image's name where a service has only a build, before the script runs", async () => {
        const { build, target } = await open({ "compose.yaml": "services:\n  web:\n    build: .\n", Dockerfile: "" });

        await expect(build()).rejects.toMatchObject({
            errorCode: "compose_invalid",
            message: containing("image: shop-web:${CICD_IMAGE_TAG}"),
        });
        expect(target.commands).toEqual([]);
    });
});

describe("a script", () => {
    it("that fails ends the deployment with its exit code", async () => {
        const { build, target } = await open();
        target.answer = () => ({ exitCode: 3 });

        const failure = { errorCode: "command_failed", message: "The script build.sh failed with exit code 3." };
        await expect(build()).rejects.toMatchObject(failure);
    });

    it.each([
        ["is missing", "nope.sh", "command_failed", "the repository has no nope.sh"],
        ["is a folder", "folder", "command_failed", "folder is no file"],
        ["leads out of the repository", "outside.sh", "not_contained", "symlink"],
        ["lies in a folder that leads out", "away/sh", "not_contained", "leads out"],
    ])("that %s is told", async (_, scriptPath, errorCode, words) => {
        const { build, target } = await open({}, { scriptPath, preBuildCommands: ["prepare"] });
        target.answer = async ({ directory }) => {
            await mkdir(join(directory, "folder"));
            await symlink("/bin/sh", join(directory, "outside.sh"));
            await symlink("/bin", join(directory, "away"));
            return {};
        };

        const failure = asFailure(await build().catch((error: unknown) => error));

        expect(failure).toMatchObject({ errorCode, message: containing(words) });
        expect(target.commands).toHaveLength(1);
    });
});

describe("a script that lays a trap", () => {
    it.each<[string, string, (worktree: string) => Promise<unknown>]>([
        [
            "rewrites the compose file",
            "changed the compose files",
            (worktree) => writeFile(join(worktree, "compose.yaml"), `${compose}    env_file: /etc/shadow\n`),
        ],
        [
            "breaks the compose file",
            "changed the compose files",
            (worktree) => writeFile(join(worktree, "compose.yaml"), "-"),
        ],
        [
            "rewrites an included file",
            "changed the compose files",
            (worktree) => plant(worktree, { "sub.yaml": compose }),
        ],
        ["turns a mounted folder into a link", "conf", (worktree) => replaceByLink(worktree, "conf")],
        ["turns a file of the stack into a link", "file.txt", (worktree) => replaceByLink(worktree, "file.txt")],
    ])("ends the deployment when it %s", async (_, words, trap) => {
        const { build, target, engine } = await open({
            "compose.yaml": "include: [sub.yaml]\nservices:\n  web:\n    image: app\n    volumes: ['./conf:/conf']\n",
            "sub.yaml": "services: {db: {image: postgres:17}}",
            "conf/a": "",
            "file.txt": "",
        });
        engine.addImage("app", "sha256:app");
        target.answer = async ({ directory }) => {
            await trap(directory);
            return {};
        };

        const failure = asFailure(await build().catch((error: unknown) => error));

        expect(failure).toMatchObject({ errorCode: "not_contained", message: containing(words) });
    });

    it("may change everything else", async () => {
        const { build, target } = await open({ "file.txt": "" });
        target.answer = async ({ directory }) => {
            await plant(directory, { "file.txt": "made", "more/files.txt": "made" });
            return {};
        };

        expect((await build()).files.map(({ path }) => path)).toEqual(["build.sh", "compose.yaml", "file.txt"]);
    });
});

async function replaceByLink(worktree: string, path: string): Promise<void> {
    await rm(join(worktree, path), { recursive: true });
    await symlink("/etc", join(worktree, path));
}
