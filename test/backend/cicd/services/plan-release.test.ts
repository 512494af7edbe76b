import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { composeLabels } from "../../../../backend/cicd/core/engine.ts";
import type { Release } from "../../../../backend/cicd/core/release.ts";
import { applyRelease } from "../../../../backend/cicd/services/apply-release.ts";
import { type ApplyInput, planRelease } from "../../../../backend/cicd/services/plan-release.ts";
import { sha256 } from "../../../support/compose-files.ts";
import { containerState } from "../../../support/containers.ts";
import { containing } from "../../../support/containing.ts";
import { plant, releaseFiles, type Tree } from "../../../support/release-files.ts";
import { beginRun, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

const compose = "services: {}\n";
const web = { image: "shop-web:new" };

/** A stack whose compose files are rendered as these services. */
async function open(services: Readonly<Record<string, object>> = { web }) {
    const workshop = await openWorkshop();
    const { engine, target, releases, directory, stackDirectory } = workshop;
    const run = await beginRun(workshop, await deploymentAt(workshop, "deploying"));
    const ports = { ...workshop, files: diskFiles, hash: sha256, replacedDirectory: join(directory, "replaced") };
    target.answer = ({ argv }) =>
        argv.includes("config") ? { stdout: JSON.stringify({ name: "shop", services }) } : {};
    engine.addImage("shop-web:new", "sha256:new");

    async function save(fields: Partial<Release> = {}, tree: Tree = { "compose.yaml": compose }): Promise<Release> {
        const made = release({ deploymentId: run.id, files: releaseFiles(tree), override: "# ours\n", ...fields });
        await plant(join(directory, "source", made.deploymentId), tree);
        await releases.save(made, join(directory, "source", made.deploymentId));
        return made;
    }
    async function inputFor(given: Partial<ApplyInput> = {}): Promise<ApplyInput> {
        const wanted = given.release ?? (await save());
        const images = wanted.images.length > 0 || wanted.initial ? wanted.images : [builtWeb];
        const input = { previous: undefined, start: true, pull: "missing" as const, signal: run.signal };
        return { ...input, ...given, release: { ...wanted, images } };
    }
    const plan = async (given: Partial<ApplyInput> = {}) => planRelease(ports, run, await inputFor(given));
    async function apply(given: Partial<ApplyInput> = {}) {
        const input = await inputFor(given);
        const planned = await planRelease(ports, run, input);
        target.commands.splice(0);
        await applyRelease(ports, run, input, planned);
        return target.commands.map(({ argv }) => argv.slice(argv.indexOf("up")).join(" "));
    }
    const log = (): readonly string[] => workshop.logs.texts(run.id);
    return { ...workshop, run, plan, apply, save, log, stackDirectory };
}

const builtWeb = { service: "web", image: "shop-web:new", imageId: "sha256:new", built: true };
const up = (service: string): string => `up -d --no-build --pull never -- ${service}`;

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

        await expect(plan()).rejects.toMatchObject({ errorCode: "image_missing", message: containing("Deploy its commit") });
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

describe("applying a release", () => {
    it("writes the files, then brings up what differs, one service after the other", async () => {
        const db = { image: "shop-web:new" };
        const { apply, stackDirectory } = await open({ web: { ...web, depends_on: { db: {} } }, db });

        expect(await apply()).toEqual([up("db"), up("web")]);
        expect(await readdir(stackDirectory)).toEqual(["compose.override.yaml", "compose.yaml"]);
    });

    it("runs nothing where nothing differs", async () => {
        const { plan, apply, engine, save, run } = await open();
        const { release: live } = await plan({ release: await save() });
        engine.add(containerState({}));

        expect(await apply({ release: await save(), previous: { ...live, deploymentId: run.id } })).toEqual([]);
        expect(engine.done).toEqual([]);
    });

    it("only writes the files of a stack that shall not start", async () => {
        const { apply, engine, stackDirectory } = await open();
        engine.add(containerState({ id: "old", service: "gone" }));

        expect(await apply({ start: false })).toEqual([]);
        expect(engine.done).toEqual([]);
        expect(await readdir(stackDirectory)).toContain("compose.yaml");
    });

    it("removes services that are gone from the file, stopping them first", async () => {
        const { apply, engine } = await open();
        engine.add(containerState({ id: "old", service: "gone" }));

        await apply();

        expect(engine.done).toEqual(["stop old", "remove old"]);
    });

    it("begins nothing more once it was asked to end, but lets a command that runs finish", async () => {
        const { apply, target } = await open({ web: { ...web, depends_on: { db: {} } }, db: web });
        const asked = new AbortController();
        const answer = target.answer;
        target.answer = (command, options) => {
            if (command.argv.includes("up")) {
                asked.abort(new Error("asked to end"));
                expect(options.signal.aborted).toBe(false);
            }
            return answer(command, options);
        };

        await expect(apply({ signal: asked.signal })).rejects.toThrow("asked to end");

        expect(target.commands.filter(({ argv }) => argv.includes("up"))).toHaveLength(1);
    });

    it.each([
        ["Bind for 0.0.0.0:80 failed: port is already allocated", "port_taken"],
        ['The container name "/x" is already in use', "name_taken"],
        ["No such image: shop", "image_missing"],
        ["write: no space left on device", "disk_full"],
        ["Cannot connect to the Docker daemon", "engine_unavailable"],
        ["dependency failed to start: container db is unhealthy", "unhealthy"],
        ["something else", "apply_failed"],
    ])("that fails with %j has the code %s", async (stderrTail, errorCode) => {
        const { apply, target } = await open();
        const answer = target.answer;
        target.answer = (command, options) =>
            command.argv.includes("up") ? { exitCode: 1, stderrTail } : answer(command, options);

        await expect(apply()).rejects.toMatchObject({ errorCode, message: containing("web could not be started") });
    });

    it("tries again once where an interrupted change left a container behind, and removes that", async () => {
        const { apply, target, engine, log } = await open();
        const answer = target.answer;
        let tries = 0;
        target.answer = (command, options) => {
            if (!command.argv.includes("up")) {
                return answer(command, options);
            }
            tries += 1;
            engine.add(containerState({ id: "half", status: "created", name: "0123456789ab_shop-web-1" }));
            return { exitCode: tries === 1 ? 1 : 0, stderrTail: "name is in use" };
        };

        expect(await apply()).toEqual([up("web"), up("web")]);
        expect(engine.done).toEqual(["remove half"]);
        expect(log()).toContainEqual(containing("left over from an interrupted change"));
    });

    it("never writes through a symlink that leads out of the stack's folder", async () => {
        const { apply, save, directory, stackDirectory, target } = await open();
        await mkdir(join(directory, "outside"));
        await plant(stackDirectory, { conf: "-> ../../outside" });
        const wanted = await save({}, { "compose.yaml": compose, "conf/app.ini": "evil" });

        await expect(apply({ release: wanted })).rejects.toMatchObject({ details: { errorCode: "not_contained" } });

        expect(await readdir(join(directory, "outside"))).toEqual([]);
        expect(target.commands.some(({ argv }) => argv.includes("up"))).toBe(false);
    });
});
