import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { NewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import { composeLabels, ownLabels } from "../../../../backend/cicd/core/engine.ts";
import type { Release } from "../../../../backend/cicd/core/release.ts";
import { workspaceAt } from "../../../../backend/cicd/core/workspace.ts";
import { assembleRelease, type AssembleInput } from "../../../../backend/cicd/services/assemble-release.ts";
import { readProject } from "../../../../backend/cicd/services/read-project.ts";
import { sha256 } from "../../../support/compose-files.ts";
import { containerState } from "../../../support/containers.ts";
import { containing } from "../../../support/containing.ts";
import { plant, type Tree } from "../../../support/release-files.ts";
import { beginRun, connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const compose = "services:\n  web:\n    build: .\n    volumes: ['./app.ini:/app.ini']\n";
const tree = { "compose.yaml": compose, "app.ini": "one", "run.sh": "#!/bin/sh", Dockerfile: "" };
const before = { service: "web", image: "shop-web:before", imageId: "sha256:same", built: true };

async function open(config: Partial<NewBuildConfig> = {}) {
    const workshop = await openWorkshop();
    const connection = await connect(workshop, config);
    const run = await beginRun(workshop, await deploymentAt(workshop, "building"));
    const workspace = workspaceAt(join(workshop.directory, "work"));
    workshop.engine.addImage("shop-web:new", "sha256:same");

    async function assemble(given: Partial<AssembleInput> = {}, files: Tree = tree): Promise<Release> {
        await diskFiles.removeTree(workspace.worktree);
        await plant(workspace.worktree, files);
        const read = await readProject({ files: diskFiles }, run, {
            ...connection,
            worktree: workspace.worktree,
            environmentText: undefined,
            userOverride: undefined,
        });
        return assembleRelease({ ...workshop, files: diskFiles, hash: sha256 }, run, {
            ...read,
            connection,
            workspace,
            stackDirectory: workshop.stackDirectory,
            environmentText: undefined,
            userOverride: undefined,
            commit: { sha: "a".repeat(40), message: "", author: "", time: "" },
            images: new Map([["web", "shop-web:new"]]),
            previous: undefined,
            ...given,
        });
    }
    return { ...workshop, run, assemble };
}

describe("a release", () => {
    it("holds files with hashes and modes, variables, and how it proves that it is healthy", async () => {
        const variables = [{ name: "TOKEN", value: "s3cret", secret: true }];
        const { assemble, releases, run } = await open({
            environmentVariables: variables,
            healthCheckPath: "/ready",
            healthCheckTimeout: 5,
        });

        const made = await assemble({ userOverride: { name: "compose.override.yml", text: "mine" } });

        expect(made.files).toEqual([
            { path: "Dockerfile", sha256: sha256(""), executable: false },
            { path: "app.ini", sha256: sha256("one"), executable: false },
            { path: "compose.yaml", sha256: sha256(compose), executable: false },
            { path: "run.sh", sha256: sha256("#!/bin/sh"), executable: true },
        ]);
        expect(made).toMatchObject({ userOverride: "mine", initial: false });
        expect(made.variables).toEqual([
            ...variables,
            { name: "CICD_STACK", value: "shop", secret: false },
            { name: "CICD_COMMIT_SHA", value: run.record.commitSha, secret: false },
            { name: "CICD_BRANCH", value: "main", secret: false },
            { name: "CICD_TAG", value: "", secret: false },
            { name: "CICD_IMAGE_TAG", value: run.record.commitSha, secret: false },
        ]);
        expect(made.healthCheck).toEqual({ path: "/ready", timeoutSeconds: 5 });
        expect(made.override).not.toContain("s3cret");
        expect(await diskFiles.list(releases.filesDirectory(run.id))).toEqual([
            "Dockerfile",
            "app.ini",
            "compose.yaml",
            "run.sh",
        ]);
    });

    it("carries another hash label once a mounted file changed, and the same where none did", async () => {
        const { assemble } = await open();
        const labelOf = (made: Release): string | undefined =>
            made.override?.split("\n").find((line) => line.includes(ownLabels.filesHash));

        const [one, same, other] = [
            await assemble(),
            await assemble({}, { ...tree, "run.sh": "#!/bin/bash" }),
            await assemble({}, { ...tree, "app.ini": "two" }),
        ].map(labelOf);

        expect(one).toBeDefined();
        expect(same).toBe(one);
        expect(other).not.toBe(one);
    });

    it("is not made where an image is gone after the build", async () => {
        const { assemble, engine, releases, run } = await open();
        engine.images.clear();

        await expect(assemble()).rejects.toMatchObject({ errorCode: "image_missing", message: containing("web: ") });
        expect(await releases.find(run.id)).toBeUndefined();
    });
});

describe("the name of an image that came out the same", () => {
    const labels = { [composeLabels.project]: "shop", [composeLabels.service]: "web" };
    const previous = release({ deploymentId: "d0", images: [before] });

    it("stays the one that runs", async () => {
        const { assemble, engine } = await open();
        engine.addImage("shop-web:before", "sha256:same");
        engine.add(containerState({ labels, imageId: "sha256:same" }));

        expect((await assemble({ previous })).images).toEqual([before]);
    });

    it.each([
        ["it does not run", [], "sha256:same"],
        ["another image runs", [containerState({ labels, imageId: "sha256:x" })], "sha256:same"],
        ["the old name means another image by now", [containerState({ labels, imageId: "sha256:same" })], "sha256:x"],
        ["the old name is gone", [containerState({ labels, imageId: "sha256:same" })], undefined],
    ])("is the new one where %s", async (_, states, oldImage) => {
        const { assemble, engine } = await open();
        engine.add(...states);
        if (oldImage !== undefined) {
            engine.addImage("shop-web:before", oldImage);
        }

        expect((await assemble({ previous })).images).toMatchObject([{ image: "shop-web:new" }]);
    });
});
