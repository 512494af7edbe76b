import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { composeLabels } from "../../../../backend/cicd/core/engine.ts";
import { containerState } from "../../../support/containers.ts";
import { containing } from "../../../support/containing.ts";
import { builtWeb, compose, openPlannedStack as open, web } from "../../../support/planned-stack.ts";
import { plant } from "../../../support/release-files.ts";

describe("planning a release", () => {
    it("touches nothing of the stack, and notes in the release what it will run", async () => {
        const { plan, stackDirectory, releases, run, log, target } = await open();

        const planned = await plan();

        expect(await readdir(stackDirectory)).toEqual([]);
        expect(planned.services.services).toMatchObject([{ service: "web", action: "create" }]);
        expect(planned.files.written).toEqual(["compose.yaml"]);
        expect(Object.keys((await releases.find(run.id))?.serviceHashes ?? {})).toEqual(["web"]);
        expect(log()).toContain("  web: create (not created yet)");
        expect(target.commands[0]?.argv).toContain(releases.overrideFile(run.id));
    });

    it("renders with the variables in the environment, never in argv", async () => {
        const { plan, save, target } = await open();
        const variables = [{ name: "PASSWORD", value: "hunter2", secret: true }];

        await plan({ release: await save({ variables }) });

        expect(target.commands[0]?.environment).toMatchObject({ PASSWORD: "hunter2" });
        expect(target.commands[0]?.argv.join(" ")).not.toContain("hunter2");
    });

    it("renders with the stack's own .env, and leaves no copy of it behind", async () => {
        const { plan, save, target, stackDirectory, releases, run } = await open();
        await plant(stackDirectory, { ".env": "A=mine" });
        const seen: (string | undefined)[] = [];
        const answer = target.answer;
        target.answer = async (command, options) => {
            seen.push(await diskFiles.readText(releases.filesDirectory(run.id), ".env"));
            return answer(command, options);
        };

        await plan({ release: await save({}, { "compose.yaml": compose, ".env": "A=theirs" }) });

        expect(seen).toEqual(["A=mine"]);
        expect(await diskFiles.readText(releases.filesDirectory(run.id), ".env")).toBe("A=theirs");
    });

    it("says what Compose refuses, without the paths of the server", async () => {
        const { plan, target, releases, run } = await open();
        const stderrTail = `warning\n${releases.filesDirectory(run.id)}/compose.yaml: service "web" is bad`;
        target.answer = () => ({ exitCode: 15, stderrTail });

        const planning = plan();

        await expect(planning).rejects.toMatchObject({ errorCode: "compose_invalid" });
        await expect(planning).rejects.not.toMatchObject({ message: containing(releases.filesDirectory(run.id)) });
    });

    it("without a compose file ends at once", async () => {
        const { plan, save } = await open();

        await expect(plan({ release: await save({}, { readme: "" }) })).rejects.toMatchObject({
            errorCode: "compose_missing",
        });
    });

    it.each([
        ["a port that another stack publishes", { published: "8080" }, "port_taken"],
        ["a name that another stack's container has", { name: "taken" }, "name_taken"],
    ] as const)("refuses %s before anything is touched", async (_, given, errorCode) => {
        const ports = "published" in given ? [{ target: 80, published: given.published }] : [];
        const named = "name" in given ? { container_name: given.name } : {};
        const { plan, engine, stackDirectory } = await open({ web: { ...web, ...named, ports } });
        const labels = { [composeLabels.project]: "other" };
        const published = [{ containerPort: 80, host: "", hostPort: 8080 }];
        engine.add(containerState({ id: "o1", name: "taken", labels, ports: published }));

        await expect(plan()).rejects.toMatchObject({ errorCode });

        expect(await readdir(stackDirectory)).toEqual([]);
        expect(engine.done).toEqual([]);
    });

    it("refuses a folder with the user's files where the release has a file, before anything is touched", async () => {
        const { plan, stackDirectory } = await open();
        await plant(stackDirectory, { "compose.yaml/mine": "" });

        await expect(plan()).rejects.toMatchObject({ errorCode: "apply_failed", message: containing("is a folder") });
        expect(await readdir(stackDirectory)).toEqual(["compose.yaml"]);
    });
});

describe("the images of a release", () => {
    const services = { web, db: { image: "postgres:17" } };

    it("are pulled where they are missing, built ones never", async () => {
        const { plan, engine } = await open(services);
        engine.pull = (name) => engine.addImage(name, "sha256:pg", ["postgres@sha256:1"]);

        const planned = await plan({ pull: "always" });

        expect(engine.done).toEqual(["pull postgres:17"]);
        expect(planned.release.images).toEqual([
            builtWeb,
            { service: "db", image: "postgres:17", imageId: "sha256:pg", digest: "postgres@sha256:1", built: false },
        ]);
    });

    it("are not pulled where they are there", async () => {
        const { plan, engine } = await open(services);
        engine.addImage("postgres:17", "sha256:pg");

        await plan();

        expect(engine.done).toEqual([]);
    });

    it.each([
        ["that cannot be pulled", "missing", "pull_failed"],
        ["that is missing and may not be pulled", "never", "image_missing"],
    ] as const)("%s ends it", async (_, pull, errorCode) => {
        const { plan } = await open(services);

        await expect(plan({ pull })).rejects.toMatchObject({ errorCode, message: containing("db: ") });
    });

    it("that was built and is gone ends it with the way out", async () => {
        const { plan, engine } = await open();
        engine.images.clear();

        await expect(plan()).rejects.toMatchObject({
            errorCode: "image_missing",
            message: containing("Deploy its commit"),
        });
        expect(engine.done).toEqual([]);
    });

    it("that nobody names is told as that", async () => {
        const { plan } = await open({ web: { build: { context: "." } } });

        await expect(plan()).rejects.toMatchObject({ errorCode: "image_missing", message: containing("neither") });
    });

    it("of release 0 may have been built in place: Compose's own name is looked for, and never pulled", async () => {
        const { plan, save, engine } = await open({ web: { build: { context: "." } } });
        engine.addImage("shop-web", "sha256:old");
        const initial = await save({ initial: true, images: [], override: undefined });

        expect((await plan({ release: initial })).wanted).toMatchObject([{ service: "web", imageId: "sha256:old" }]);
        engine.images.delete("shop-web");
        await expect(plan({ release: initial, pull: "always" })).rejects.toMatchObject({ errorCode: "image_missing" });
        expect(engine.done).toEqual([]);
    });
});
