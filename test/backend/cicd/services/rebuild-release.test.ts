import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import { localMachineId, type Machine } from "../../../../backend/cicd/core/machine.ts";
import type { NewDeployment } from "../../../../backend/cicd/core/deployment.ts";
import type { Release } from "../../../../backend/cicd/core/release.ts";
import { rebuildMissing } from "../../../../backend/cicd/services/rebuild-release.ts";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentStatus } from "../../../../common/schema/deployment.ts";
import { sha256 } from "../../../support/compose-files.ts";
import { containing } from "../../../support/containing.ts";
import { createFakeEngine } from "../../../support/fake-engine.ts";
import { plant, releaseFiles } from "../../../support/release-files.ts";
import { beginRun, connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const commitSha = "b".repeat(40);
const image = `shop-web:${commitSha}`;
const built = { service: "web", image, imageId: "sha256:old", built: true };
const postgres = { service: "db", image: "postgres:17", imageId: "sha256:db", built: false };
const compose = "services:\n  web:\n    build: .\n    image: shop-web\n  db:\n    image: postgres:17\n";
const note = "web: rebuilt from bbbbbbb: not bit for bit the same image";

interface Given {
    readonly config?: Partial<NewBuildConfig>;
    readonly fields?: Partial<NewDeployment>;
    readonly status?: DeploymentStatus;
    readonly released?: Partial<Release>;
    readonly machine?: Partial<Machine>;
}

async function open({ config = {}, fields = {}, status = "pending", released = {}, machine = {} }: Given = {}) {
    const workshop = await openWorkshop();
    const { engine, git, target, directory, host, stackDirectory } = workshop;
    const connection = await connect(workshop, config);
    git.addWorktree = (_remote, _commit, worktree) => plant(worktree, { "compose.yaml": compose, Dockerfile: "" });
    target.answer = ({ argv }) => {
        if (argv.includes("build")) {
            engine.addImage(image, "sha256:new");
        }
        return {};
    };
    const here: Machine = {
        ...workshop,
        id: localMachineId,
        name: "this machine",
        files: diskFiles,
        probe: { get: async () => ({ status: 200 }) } as unknown as Machine["probe"],
        stackDirectory: () => host.stackDirectory(),
        createStackDirectory: async () => undefined,
    };
    const cleaned: string[] = [];
    const ports = {
        ...workshop,
        files: diskFiles,
        hash: sha256,
        workspacesDirectory: join(directory, "workspaces"),
        serverId: "server-1",
        stackMachines: { of: async () => [{ ...here, ...machine }] as const, find: async () => here },
        cleanUp: async (id: string) => void cleaned.push(id),
    };
    const kept = release({ deploymentId: "d0", commitSha, images: [built, postgres], ...released });
    await workshop.releases.save(kept, stackDirectory);
    const record = await deploymentAt(workshop, status, {
        commitSha,
        previousDeploymentId: "d0",
        triggeredBy: "manual",
        ...fields,
    });
    const run = await beginRun(workshop, record);
    const rebuild = () => rebuildMissing(ports, run, kept, connection);
    return { ...workshop, run, kept, cleaned, rebuild, log: () => workshop.logs.texts(run.id) };
}

describe("a release that is to be restored", () => {
    it("is left as it is where its images are here, whatever they are called by now", async () => {
        const { rebuild, kept, engine, target, run } = await open();
        engine.addImage("another-name", "sha256:old");

        expect(await rebuild()).toBe(kept);

        expect(target.commands).toEqual([]);
        expect(run.record.status).toBe("pending");
        expect(run.record.note).toBeUndefined();
    });

    it("pulls an image that a registry has", async () => {
        const digest = `registry.example/web@sha256:${"d".repeat(64)}`;
        const { rebuild, engine, target } = await open({ released: { images: [{ ...built, digest }] } });
        engine.pull = (name) => engine.addImage(name, "sha256:old");

        expect((await rebuild()).images).toEqual([{ ...built, digest }]);

        expect(engine.done).toContain(`pull ${digest}`);
        expect(target.commands).toEqual([]);
    });

    it("is built again from its commit, and runs the new image under its recorded name", async () => {
        const { rebuild, releases, run, log, target, cleaned } = await open();

        const rebuilt = await rebuild();

        expect(rebuilt.images).toEqual([{ ...built, imageId: "sha256:new" }, postgres]);
        expect((await releases.find("d0"))?.images).toEqual(rebuilt.images);
        expect(target.commands.at(-1)?.argv.slice(-2)).toEqual(["--", "web"]);
        expect(run.record).toMatchObject({ status: "building", phase: "building", note });
        expect(log()).toContain(`${note}. It runs under its recorded name.`);
        expect(cleaned).toEqual([run.id]);
    });

    it("is built again where its registry has lost the image, too; its digest is no more", async () => {
        const digest = `registry.example/web@sha256:${"d".repeat(64)}`;
        const { rebuild, log } = await open({ released: { images: [{ ...built, digest }] } });

        expect((await rebuild()).images).toEqual([{ ...built, imageId: "sha256:new" }]);
        expect(log()).toContainEqual(containing("cannot be pulled"));
    });

    it("is built while it rolls back by itself, without another phase, and its note is added to", async () => {
        const fields = { rollbackOf: "d9", note: "Restored what is live" };
        const { rebuild, run } = await open({ status: "deploying", fields });

        await rebuild();

        expect(run.record).toMatchObject({ status: "deploying", note: `Restored what is live; ${note}` });
    });

    it("is built with its own variables", async () => {
        const variables = [{ name: "LEVEL", value: "old", secret: false }];
        const environmentVariables = [{ name: "LEVEL", value: "new", secret: false }];
        const { rebuild, target } = await open({ released: { variables }, config: { environmentVariables } });

        await rebuild();

        expect(target.commands.at(-1)?.environment).toMatchObject({ LEVEL: "old", CICD_COMMIT_SHA: commitSha });
    });

    it("gives the new image to every release that ran the same one", async () => {
        const { rebuild, releases, stackDirectory } = await open();
        const other = { ...built, image: "shop-web:other" };
        await releases.save(release({ deploymentId: "d1", images: [built] }), stackDirectory);
        await releases.save(release({ deploymentId: "d2", images: [other] }), stackDirectory);

        await rebuild();

        expect((await releases.find("d1"))?.images).toEqual([{ ...built, imageId: "sha256:new" }]);
        expect((await releases.find("d2"))?.images).toEqual([other]);
    });
});

describe("a release of another machine", () => {
    it("is left as it is where the image is there", async () => {
        const there = createFakeEngine();
        there.addImage(image, "sha256:old");
        const { rebuild, kept } = await open({ machine: { id: "attic", engine: there } });

        expect(await rebuild()).toBe(kept);
    });

    it("is built here, and sent there", async () => {
        const machines = { attic: { images: [{ ...built, digest: "x@sha256:1" }], serviceHashes: {} } };
        const machine = { id: "attic", engine: createFakeEngine() };
        const { rebuild } = await open({ machine, released: { machines } });

        expect((await rebuild()).machines?.["attic"]?.images).toEqual([{ ...built, imageId: "sha256:new" }]);
    });
});

describe("a release whose commit", () => {
    const missing = new AppError("invalid", "commit: it is not there", { details: { errorCode: "commit_missing" } });

    it("has left its branch is built from what the mirror has, without asking the remote", async () => {
        const { rebuild, git } = await open();
        git.resolve = () => Promise.reject(missing);
        git.failure = new Error("the remote is away");

        expect((await rebuild()).images[0]?.imageId).toBe("sha256:new");
        expect(git.fetched).toEqual([]);
    });

    it("is not in the mirror is fetched first", async () => {
        const { rebuild, git } = await open();
        const plantIt = git.addWorktree;
        git.addWorktree = (...args) => (git.fetched.length === 0 ? Promise.reject(missing) : plantIt(...args));

        expect((await rebuild()).images[0]?.imageId).toBe("sha256:new");
    });

    it("is gone cannot be restored, and says what to do", async () => {
        const { rebuild, git, cleaned, run } = await open();
        git.addWorktree = () => Promise.reject(missing);

        await expect(rebuild()).rejects.toMatchObject({
            errorCode: "commit_missing",
            message: containing("Push the commit again, on any branch, or deploy another one."),
        });
        expect(cleaned).toEqual([run.id]);
    });
});

describe("a release that cannot be built", () => {
    it("is not what ran before git: that has no commit", async () => {
        const { rebuild, kept } = await open({ released: { initial: true, commitSha: "" } });

        expect(await rebuild()).toBe(kept);
    });

    it("says so where today's settings build nothing of it", async () => {
        const { rebuild } = await open({ config: { buildType: "compose_only" } });

        await expect(rebuild()).rejects.toMatchObject({
            errorCode: "image_missing",
            message: containing("today's build settings do not build it"),
        });
    });

    it("says so where today's compose file of that commit is not the one that it was built from", async () => {
        const { rebuild, stackDirectory, releases, kept, target } = await open();
        const of = async (text: string): Promise<void> => {
            await plant(stackDirectory, { "compose.yaml": text });
            Object.assign(kept, { files: releaseFiles({ "compose.yaml": text }) });
            await releases.save(kept, stackDirectory);
        };
        await of("services:\n  web:\n    build: ./another\n");

        await expect(rebuild()).rejects.toMatchObject({
            errorCode: "image_missing",
            message: containing("was deployed from another compose file than today's"),
        });
        expect(target.commands).toEqual([]);

        await of(compose);
        expect((await rebuild()).images[0]?.imageId).toBe("sha256:new");
    });

    it("passes on an engine that is away rather than building", async () => {
        const { rebuild, engine, target } = await open();
        engine.isAway = true;

        await expect(rebuild()).rejects.toMatchObject({ code: "unavailable" });
        expect(target.commands).toEqual([]);
    });
});
