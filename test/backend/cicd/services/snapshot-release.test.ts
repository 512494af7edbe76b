import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { snapshotRelease } from "../../../../backend/cicd/services/snapshot-release.ts";
import { containerState } from "../../../support/containers.ts";
import { plant, releaseFiles, type Tree } from "../../../support/release-files.ts";
import { beginRun, connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

async function open() {
    const workshop = await openWorkshop();
    const connection = await connect(workshop);
    const run = await beginRun(workshop, await deploymentAt(workshop, "building", { triggeredBy: "api" }));
    const snapshot = (first: Tree = {}) =>
        snapshotRelease(
            { ...workshop, files: diskFiles, workspacesDirectory: join(workshop.directory, "workspaces") },
            run,
            { release: release({ deploymentId: run.id, files: releaseFiles(first) }), isLive: true },
            connection,
            { id: "local", name: "this machine", stackDirectory: workshop.place.stackDirectory },
        );
    return { ...workshop, run, snapshot };
}

const mine = {
    "docker-compose.yml": "services: {}\n",
    "compose.override.yml": "services: {}\n",
    "app.ini": "mine",
    "run.sh": "#!mine",
    "untouched.txt": "mine",
    ".env": "A=1",
};

describe("what ran before the first deployment", () => {
    it("is kept as release 0: its compose files, and what the first release would replace", async () => {
        const { snapshot, engine, stackDirectory, releases, deployments, announced, run } = await open();
        await plant(stackDirectory, mine);
        engine.add(
            containerState({ imageId: "sha256:old" }),
            containerState({ id: "c2", service: "db", imageId: "sha256:db" }),
        );

        const kept = await snapshot({ "compose.yaml": "new", "app.ini": "new", "run.sh": "new", ".env": "new" });

        expect(kept).toMatchObject({ initial: true, commitSha: "", stackId: "shop" });
        expect(kept?.override).toBeUndefined();
        expect(kept?.files.map(({ path, executable }) => [path, executable])).toEqual([
            ["docker-compose.yml", false],
            ["compose.override.yml", false],
            ["app.ini", false],
            ["run.sh", true],
        ]);
        expect(kept?.images.map(({ service, imageId, built }) => [service, imageId, built])).toEqual([
            ["web", "sha256:old", false],
            ["db", "sha256:db", false],
        ]);
        const id = kept?.deploymentId ?? "";
        expect(await releases.find(id)).toEqual(kept);
        expect(await diskFiles.readText(releases.filesDirectory(id), "app.ini")).toBe("mine");
        expect(await deployments.findLive("shop")).toMatchObject({ id, status: "successful", triggeredBy: "api" });
        expect(announced.map((record) => record.id)).toEqual([id]);
        expect(id).not.toBe(run.id);
    });

    it("keeps the names that its containers were made with: they may mean other images before long", async () => {
        const { snapshot, engine } = await open();
        engine.add(containerState({ imageId: "sha256:old", image: "nginx:1" }));

        expect((await snapshot())?.images).toMatchObject([{ service: "web", image: "nginx:1", imageId: "sha256:old" }]);
    });

    it.each([
        ["no container is", []],
        ["containers are stopped", [containerState({ status: "exited" })]],
    ])("is nothing where %s there", async (_, states) => {
        const { snapshot, engine, stackDirectory, deployments } = await open();
        await plant(stackDirectory, mine);
        engine.add(...states);

        expect(await snapshot()).toBeUndefined();
        expect(await deployments.findLive("shop")).toBeUndefined();
    });
});
