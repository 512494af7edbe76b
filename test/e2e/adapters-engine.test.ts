import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../backend/cicd/adapters/docker/engine.ts";
import type { ContainerCommand, EngineEvent } from "../../backend/cicd/core/engine.ts";
import { connectDocker } from "../../backend/platform/docker/client.ts";
import { docker as client } from "../support/docker.ts";

const dockerHost = process.env["DOCKER_HOST"];
const image = "cicd/busybox:1";
const label = `cicd.test=${randomBytes(6).toString("hex")}`;
const [labelName = "", labelValue = ""] = label.split("=");
const never = new AbortController().signal;

describe.skipIf(dockerHost === undefined)("the engine, for real", () => {
    const docker = connectDocker({ host: dockerHost });
    const engine = createEngine(docker);
    let workspace = "";

    beforeAll(() => {
        workspace = mkdtempSync(join(tmpdir(), "engine-workspace-"));
    });

    afterEach(async () => {
        for (const container of await engine.listContainers([label])) {
            await engine.removeContainer(container.id);
        }
    });

    afterAll(() => rmSync(workspace, { recursive: true, force: true }));

    function run(script: string, options: Partial<ContainerCommand> = {}) {
        const lines: string[] = [];
        const exitCode = engine.runCommand({
            image,
            argv: ["sh", "-c", script],
            environment: { GREETING: "hello" },
            workspace,
            labels: { [labelName]: labelValue },
            signal: never,
            onLine: (stream, line) => lines.push(`${stream}: ${line}`),
            ...options,
        });
        return { exitCode, lines };
    }

    /** A container that stays until it is removed. */
    async function sleeper(script = "sleep 300"): Promise<string> {
        const id = await docker.jobs.create({
            image,
            argv: ["sh", "-c", script],
            environment: {},
            labels: { [labelName]: labelValue, "com.docker.compose.service": "web" },
            workspace: { source: workspace, target: "/workspace" },
            user: "0:0",
        });
        await docker.jobs.start(id);
        return id;
    }

    it("answers its version", async () => {
        expect((await engine.ping()).version).toMatch(/^\d+\./);
    });

    it("finds, tags, lists and removes an image", async () => {
        const copy = `cicd-test-${labelValue}:a`;
        await engine.tagImage(image, copy);
        const found = await engine.findImage(copy);
        expect(found?.id).toBe((await engine.findImage(image))?.id);
        expect((await engine.listImages(copy.replace(":a", ":*"))).map((one) => one.id)).toEqual([found?.id]);
        await engine.removeImage(copy);
        await engine.removeImage(copy);
        expect(await engine.findImage(copy)).toBeUndefined();
    });

    it("tells a missing source when tagging, and what the registry said when pulling", async () => {
        await expect(engine.tagImage("no-such-image:1", "x:1")).rejects.toMatchObject({ code: "not_found" });
        await expect(
            engine.pullImage("127.0.0.1:1/nothing:1", { signal: never, onLine: () => undefined }),
        ).rejects.toMatchObject({ code: "invalid", details: { errorCode: "pull_failed" } });
    });

    it("runs a command in the workspace, with separate streams and its exit code", async () => {
        const { exitCode, lines } = run("echo $GREETING; echo bad >&2; pwd; echo made > made.txt; exit 7");
        expect(await exitCode).toBe(7);
        expect(lines.filter((line) => line.startsWith("stdout"))).toEqual(["stdout: hello", "stdout: /workspace"]);
        expect(lines).toContain("stderr: bad");
        expect(readFileSync(join(workspace, "made.txt"), "utf8")).toBe("made\n");
        expect(await engine.listContainers([label])).toEqual([]);
    });

    it("loses no line of a long output", async () => {
        const { exitCode, lines } = run("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");
        expect(await exitCode).toBe(0);
        expect(lines).toEqual(Array.from({ length: 5000 }, (_unused, index) => `stdout: line ${index}`));
    });

    it("ends a command that ignores SIGTERM when cancelled, and removes its container", async () => {
        const cancel = new AbortController();
        const started = Date.now();
        const { exitCode } = run("trap '' TERM; echo up; while :; do sleep 1; done", {
            signal: cancel.signal,
            onLine: () => cancel.abort(),
        });
        expect(await exitCode).toBe(137);
        expect(Date.now() - started).toBeLessThan(5000);
        expect(await engine.listContainers([label])).toEqual([]);
    });

    it("answers 127 with the engine's words for a program that the image does not have", async () => {
        const { exitCode, lines } = run("", { argv: ["no-such-program"] });
        expect(await exitCode).toBe(127);
        expect(lines.join()).toMatch(/no-such-program/);
        expect(await engine.listContainers([label])).toEqual([]);
    });

    it("refuses an image that is not here", async () => {
        const { exitCode } = run("true", { image: "no-such-image:1" });
        await expect(exitCode).rejects.toMatchObject({ code: "invalid", details: { errorCode: "image_missing" } });
    });

    it("stops a container with the time that it was made with", async () => {
        const stubborn = ["sh", "-c", "trap : TERM; while :; do sleep 0.1; done"];
        const id = await client("run", "-d", "--stop-timeout=1", "--label", label, image, ...stubborn);
        const started = Date.now();
        await engine.stopContainer(id);
        expect(Date.now() - started).toBeLessThan(8000);
        expect((await engine.inspect(id))?.status).toBe("exited");
        await engine.removeContainer(id);
    });

    it("inspects, finds, stops and removes a container; fine when it is gone", async () => {
        const id = await sleeper();
        const state = await engine.inspect(id);
        expect(state).toMatchObject({ id, service: "web", status: "running", health: "none", restartCount: 0 });
        expect(state?.addresses).toHaveLength(1);
        expect(await engine.findContainer(state?.name ?? "")).toMatchObject({ id, state: "running" });
        expect(await engine.listContainers([label])).toMatchObject([{ id, imageId: state?.imageId }]);
        await engine.stopContainer(id, 1);
        await engine.stopContainer(id, 1);
        expect((await engine.inspect(id))?.status).toBe("exited");
        await engine.removeContainer(id);
        await engine.removeContainer(id);
        await engine.stopContainer(id, 1);
        expect(await engine.inspect(id)).toBeUndefined();
        expect(await engine.findContainer("no-such-container")).toBeUndefined();
    });

    it("answers the last lines of a container's output", async () => {
        const id = await sleeper("echo one; echo two; echo three");
        await docker.jobs.wait(id);
        expect(await engine.tailLogs(id, 2)).toEqual([
            { stream: "stdout", text: "two" },
            { stream: "stdout", text: "three" },
        ]);
        expect(await engine.tailLogs("no-such-container", 2)).toEqual([]);
    });

    it("hands on container events until told to stop", async () => {
        const stop = new AbortController();
        const events: EngineEvent[] = [];
        const open = new Promise<void>((resolve) =>
            engine.watch({
                signal: stop.signal,
                onEvent: (event) => events.push(event),
                onGap: resolve,
                onAway: () => undefined,
            }),
        );
        await open;
        const id = await sleeper("exit 3");
        const actions = () => events.filter((event) => event.containerId === id).map((event) => event.action);
        await expect.poll(actions).toEqual(["create", "start", "die"]);
        stop.abort();
    });
});
