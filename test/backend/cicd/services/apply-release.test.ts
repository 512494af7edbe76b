import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { containerState } from "../../../support/containers.ts";
import { containing } from "../../../support/containing.ts";
import { compose, openPlannedStack as open, web } from "../../../support/planned-stack.ts";
import { plant } from "../../../support/release-files.ts";

const up = (service: string): string => `up -d --no-build --pull never -- ${service}`;

type Answer = Awaited<ReturnType<typeof open>>["target"]["answer"];

/** Does something more when `docker compose up` runs. */
function atUp(answer: Answer, also: () => void): Answer {
    return (command, options) => {
        if (command.argv.includes("up")) {
            also();
        }
        return answer(command, options);
    };
}

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

    it("gives names of images their meaning before services come up, also where they shall not start", async () => {
        const images = [{ service: "web", image: "nginx:1", imageId: "sha256:ran", built: false }];
        for (const start of [true, false]) {
            const { apply, engine, save, target } = await open({ web: { image: "nginx:1" } });
            engine.addImage("nginx:1", "sha256:newer");
            engine.addImage("kept", "sha256:ran");
            target.answer = atUp(target.answer, () => engine.done.push("up"));

            await apply({ release: await save({ images }), start });

            expect(engine.done).toEqual(["tag sha256:ran nginx:1", ...(start ? ["up"] : [])]);
        }
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
