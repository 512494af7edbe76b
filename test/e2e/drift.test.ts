import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Deployment } from "../../common/schema/deployment.ts";
import { Drift } from "../../common/schema/drift.ts";
import { containing } from "../support/containing.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { connectPage, type PageSocket } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, idleService, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `drift-${process.pid}`;
const secret = "the-secret-of-the-stack";
const services = ["web", "built", "db", "once"] as const;

/** What a user changes by hand in a stack from Git, and what *Restore* makes of it; each step leaves the stack restored. */
describe("a stack that is changed by hand", () => {
    let server: TestServer;
    let rest: Rest;
    let page: PageSocket;
    let repository: WorkRepository;
    let port: number;
    let live: Deployment;
    let before: Readonly<Record<string, string>>;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        page = await connectPage(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(files(), "start");
        await rest.connect(
            stack,
            { url: repository.url, branch: "main", provider: "generic" },
            { environmentVariables: [{ name: "TOKEN", value: secret, secret: true }] },
        );
        live = await rest.ended((await rest.deploy(stack)).id);
        expect(live, await rest.log(live.id)).toMatchObject({ status: "successful" });
    });

    beforeEach(async () => {
        before = await containers();
        expect(await drift()).toMatchObject({ inSync: true, commitSha: live.commitSha, files: [], services: [] });
    });

    afterAll(async () => {
        page.close();
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    function files(): Record<string, string> {
        const more = "    environment: {TOKEN: '${TOKEN}', MODE: '${MODE:-plain}'}\n";
        const once = "  once:\n    image: cicd/busybox:1\n    command: ['true']\n    labels: {cicd.one-shot: 'true'}\n";
        const image = "  built:\n    build: .\n    init: true\n    stop_grace_period: 1s\n";
        const mounted = "    volumes: ['./settings.conf:/etc/settings.conf:ro']\n";
        return {
            "compose.yaml": `services:\n${smallService("web", { port, version: "git", more })}${idleService("db", mounted)}${image}${once}`,
            Dockerfile: 'FROM cicd/busybox:1\nCMD ["sleep", "1000"]\n',
            "settings.conf": "level=git\nuser=app\n",
            "logo.bin": "a\0b",
            "run.sh": "#!/bin/sh\n",
        };
    }

    function inFolder(path: string): string {
        return join(server.stacksDirectory, stack, path);
    }

    async function drift(): Promise<Drift> {
        const answer = await rest.call("GET", `/stacks/${stack}/drift`);
        expect(answer.status).toBe(200);
        return Drift.parse(answer.body);
    }

    async function restore(): Promise<Deployment> {
        const answer = await rest.call("POST", `/stacks/${stack}/restore`);
        expect(answer).toMatchObject({ status: 202 });
        const { deployment } = z.object({ deployment: Deployment }).parse(answer.body);
        const ended = await rest.ended(deployment.id);
        expect(ended, await rest.log(ended.id)).toMatchObject({
            status: "successful",
            note: "Restored what is live",
            commitSha: live.commitSha,
            triggeredBy: "manual",
            previousDeploymentId: live.id,
        });
        return ended;
    }

    /** Service → container and when it was started. */
    async function containers(): Promise<Readonly<Record<string, string>>> {
        const found = services.map(async (service) => {
            const label = `label=com.docker.compose.service=${service}`;
            const project = `label=com.docker.compose.project=${stack}`;
            const ids = await docker("ps", "-aq", "--no-trunc", "--filter", project, "--filter", label);
            const started = ids === "" ? "" : await docker("inspect", "-f", "{{.State.StartedAt}}", ids);
            return [service, `${ids} ${started}`] as const;
        });
        return Object.fromEntries(await Promise.all(found));
    }

    /** Which services have another container, or were started again. */
    async function touched(): Promise<readonly string[]> {
        const now = await containers();
        return services.filter((service) => now[service] !== before[service]);
    }

    it("is in sync after a deployment, and a restore touches nothing", async () => {
        const ended = await restore();

        expect(await touched()).toEqual([]);
        expect(await rest.log(ended.id)).toContain("web: unchanged");
        expect(await rest.call("POST", `/deployments/${live.id}/rollback`)).toMatchObject({ status: 409 });
    });

    it("tells edited, missing and added files with their differences, and puts them back with a copy", async () => {
        await writeFile(inFolder("settings.conf"), `level=mine\nuser=app\npassword=${secret}\n`);
        await writeFile(inFolder("logo.bin"), "a\0c");
        await chmod(inFolder("run.sh"), 0o755);
        await rm(inFolder("Dockerfile"));
        await writeFile(inFolder("compose.override.yml"), "services: {}\n");
        const override = await readFile(inFolder("compose.override.yaml"), "utf8");
        await writeFile(inFolder("compose.override.yaml"), `${override}# mine\n`);
        await writeFile(inFolder("notes.txt"), "untracked\n");

        const found = await drift();

        expect(found).toMatchObject({ inSync: false, services: [] });
        expect(found.files.map(({ path, kind }) => [path, kind])).toEqual([
            ["Dockerfile", "missing"],
            ["logo.bin", "edited"],
            ["run.sh", "edited"],
            ["settings.conf", "edited"],
            ["compose.override.yaml", "edited"],
            ["compose.override.yml", "added"],
        ]);
        const settings = found.files.find(({ path }) => path === "settings.conf");
        expect(settings?.diff).toBe("@@ -1,2 +1,3 @@\n-level=git\n+level=mine\n user=app\n+password=***");
        expect(found.files.find(({ path }) => path === "compose.override.yaml")?.diff).toContain("+# mine");
        expect(JSON.stringify(found)).not.toContain(secret);

        const ended = await restore();

        expect(await readFile(inFolder("settings.conf"), "utf8")).toBe("level=git\nuser=app\n");
        expect(await readFile(inFolder("compose.override.yaml"), "utf8")).toBe(override);
        expect(await readFile(inFolder("notes.txt"), "utf8")).toBe("untracked\n");
        const kept = join(server.dataDirectory, "cicd", "replaced", stack, ended.id);
        expect(await readFile(join(kept, "settings.conf"), "utf8")).toContain("level=mine");
        expect(await readFile(join(kept, "compose.override.yaml"), "utf8")).toContain("# mine");
        const line = (await rest.log(ended.id)).split("\n").find((text) => text.includes("kept a copy"));
        expect(line).toMatch(/logo\.bin, settings\.conf, compose\.override\.yml, compose\.override\.yaml/);
        expect(await touched()).toEqual([]);
    });

    it("does not take an edit of .env for drift, nor what was made with it", async () => {
        await writeFile(inFolder(".env"), "MODE=other\n");
        expect(await drift()).toMatchObject({ inSync: true });

        expect(await page.agent("startStack", stack)).toMatchObject({ ok: true });

        expect(await touched()).toContain("web");
        expect(await docker("exec", await containerOf(stack, "web"), "env")).toContain("MODE=other");
        expect(await drift()).toMatchObject({ inSync: true });
        const ended = await restore();
        expect(await readFile(inFolder(".env"), "utf8")).toBe("MODE=other\n");
        expect((await rest.log(ended.id)).includes("kept a copy")).toBe(false);
    });

    it.each([
        ["removed", "missing", async () => docker("rm", "-f", await containerOf(stack, "db"))],
        ["stopped", "stopped", async () => docker("stop", await containerOf(stack, "db"))],
        ["paused", "stopped", async () => docker("pause", await containerOf(stack, "db"))],
    ] as const)("tells a container that was %s, and repairs that one alone", async (_, kind, change) => {
        await change();
        expect(await drift()).toMatchObject({ inSync: false, files: [], services: [{ service: "db", kind }] });

        await restore();

        expect(await touched()).toEqual(["db"]);
        expect(await containerOf(stack, "db")).not.toBe("");
    });

    it("tells a container that was made with another configuration, and one too many", async () => {
        const text = await readFile(inFolder("compose.yaml"), "utf8");
        await writeFile(inFolder("compose.yaml"), text.replace("['1000']", "['999']").replace('"1000"', '"999"'));
        await docker(
            ...["compose", "--project-directory", inFolder("."), "-f", inFolder("compose.yaml"), "-p", stack],
            ...["up", "-d", "--no-build", "--no-deps", "db"],
        );
        await writeFile(inFolder("compose.yaml"), text);
        await docker(
            ...[
                "run",
                "-d",
                "--init",
                "--stop-timeout",
                "1",
                "--name",
                `${stack}-stranger`,
                "--label",
                `com.docker.compose.project=${stack}`,
            ],
            ...["--label", "com.docker.compose.service=stranger", "cicd/busybox:1", "sleep", "1000"],
        );
        expect((await drift()).services.map(({ service, kind }) => [service, kind])).toEqual([
            ["db", "other_configuration"],
            ["stranger", "extra"],
        ]);

        await restore();

        expect(await touched()).toEqual(["db"]);
        expect(await docker("ps", "-aq", "--filter", `name=${stack}-stranger`)).toBe("");
    });

    it("tells another image, also under the release's own name, and goes back to its own", async () => {
        const container = await containerOf(stack, "built");
        const [name = "", id = ""] = (await docker("inspect", "-f", "{{.Config.Image}} {{.Image}}", container)).split(
            " ",
        );
        await writeFile(inFolder("Other"), `FROM ${name}\nENV OTHER=1\n`);
        await docker("build", "-q", "-t", name, "-f", inFolder("Other"), inFolder("."));
        await rm(inFolder("Other"));
        expect(await page.agent("startStack", stack)).toMatchObject({ ok: true });
        before = await containers();
        expect((await drift()).services).toMatchObject([{ service: "built", kind: "other_image" }]);

        await restore();

        expect(await touched()).toEqual(["built"]);
        expect(await docker("inspect", "-f", "{{.Image}}", await containerOf(stack, "built"))).toBe(id);
        expect(await docker("image", "inspect", "-f", "{{.Id}}", name)).toBe(id);
    });

    it("has no drift of containers while its user has stopped it; its files are restored without starting it", async () => {
        expect(await page.agent("stopStack", stack)).toMatchObject({ ok: true });
        expect(await drift()).toMatchObject({ inSync: true, services: [], note: containing("stopped") });
        await writeFile(inFolder("settings.conf"), "level=mine\n");

        const { deployment } = z
            .object({ deployment: Deployment })
            .parse((await rest.call("POST", `/stacks/${stack}/restore`)).body);
        const ended = await rest.ended(deployment.id);

        expect(ended).toMatchObject({ status: "successful", note: containing("not started") });
        expect(await readFile(inFolder("settings.conf"), "utf8")).toBe("level=git\nuser=app\n");
        expect(await containerOf(stack, "web")).toBe("");
        expect(await page.agent("startStack", stack)).toMatchObject({ ok: true });
        await expect.poll(() => answerOn(port).catch(() => ""), { timeout: 15_000 }).toBe("git");
    });

    it("is not compared while a deployment is at work, and not restored over it", async () => {
        await rest.call("PUT", `/stacks/${stack}/build-config`, { preBuildCommands: ["sleep 30"] });
        const { id } = await rest.deploy(stack);

        expect(await drift()).toMatchObject({ inSync: null, deploying: id, files: [], services: [] });
        expect(await rest.call("POST", `/stacks/${stack}/restore`)).toMatchObject({ status: 409 });

        expect(await rest.call("POST", `/deployments/${id}/cancel`)).toMatchObject({ status: 200 });
        expect(await rest.ended(id)).toMatchObject({ status: "cancelled" });
    });

    it("can be asked and restored from the page, too", async () => {
        expect(await page.agent("getStackDrift", stack)).toMatchObject({ ok: true, drift: { inSync: true } });
        const answer = await page.agent("restoreStack", stack);
        expect(answer).toMatchObject({ ok: true, deployment: { previousDeploymentId: live.id } });
        const { deployment } = z.object({ deployment: Deployment }).parse(answer);
        expect(await rest.ended(deployment.id)).toMatchObject({ status: "successful" });
        expect(await page.agent("getStackDrift", "nobody")).toMatchObject({ ok: false, code: "not_found" });
    });
});
