import { chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { Preview } from "../../common/schema/preview.ts";
import { compose, containerOf, docker, removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { processesWith } from "../support/processes.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { idleService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `script-${process.pid}`;
const app = `${stack}-app`;
const stays = "    init: true\n    stop_grace_period: 1s\n";
const composeFile = `services:
  web:
    image: ${app}
${stays}${idleService("side")}`;
const dockerfile = 'FROM cicd/busybox:1\nCOPY version.txt /\nCMD ["sleep", "1000"]\n';
const buildWithDocker = `echo "for $CICD_STACK"\ndocker build -t ${app} .\n`;

/** One stack whose repository brings its own build script; each step stands on the one before. */
describe("a stack that is built by a script", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let live: Deployment;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        await repository.commit(
            {
                "compose.yaml": composeFile,
                Dockerfile: dockerfile,
                "version.txt": "one\n",
                "build.sh": buildWithDocker,
            },
            "one",
        );
        await rest.connect(stack, { url: repository.url, branch: "main" }, { buildType: "script" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function deploy(
        files: Readonly<Record<string, string | null>> = {},
        config: object = {},
    ): Promise<Deployment> {
        await repository.commit(files, "change");
        await rest.connect(stack, { url: repository.url, branch: "main" }, { buildType: "script", ...config });
        return rest.ended((await rest.deploy(stack)).id);
    }

    async function version(): Promise<string> {
        return docker("exec", await containerOf(stack, "web"), "cat", "/version.txt");
    }

    function runningImage(container: string): Promise<string> {
        return docker("inspect", "--format", "{{.Config.Image}}", container);
    }

    it("runs the image that the script made under the commit's tag, and that of others as it is", async () => {
        live = await rest.ended((await rest.deploy(stack)).id);

        expect(live).toMatchObject({ status: "successful" });
        expect(await version()).toBe("one");
        expect(live.images).toEqual([
            expect.objectContaining({ service: "side", image: "cicd/busybox:1", built: false }),
            expect.objectContaining({ service: "web", image: `${app}:${live.commitSha}`, built: true }),
        ]);
        expect(await runningImage(await containerOf(stack, "web"))).toBe(`${app}:${live.commitSha}`);
        expect(await docker("images", "-q", `cicd/busybox:${live.commitSha}`)).toBe("");
        expect(await rest.log(live.id)).toContain(`for ${stack}`);
    });

    it("is not touched by 'docker compose up -d' typed by hand", async () => {
        const before = await containerOf(stack, "web");

        await compose(join(server.stacksDirectory, stack), "up", "-d");

        expect(await containerOf(stack, "web")).toBe(before);
    });

    it("is previewed without running the script", async () => {
        const before = await containerOf(stack, "web");

        const { status, body } = await rest.call("POST", `/stacks/${stack}/preview`, {});

        expect(status).toBe(200);
        const { services } = Preview.parse(body);
        expect(services.map(({ service, action, image }) => [service, action, image]).sort()).toEqual([
            ["side", "none", "cicd/busybox:1"],
            ["web", "recreate", `${app}:${live.commitSha}`],
        ]);
        expect(await containerOf(stack, "web")).toBe(before);
    });

    it("is left running where the image comes out the same", async () => {
        const before = await containerOf(stack, "web");

        const ended = await deploy({ "README.md": "words\n", ".dockerignore": "README.md\nbuild.sh\n" });

        expect(ended).toMatchObject({ status: "successful" });
        expect(await containerOf(stack, "web")).toBe(before);
        expect(ended.images.find(({ service }) => service === "web")).toMatchObject({
            image: `${app}:${live.commitSha}`,
            built: true,
        });
    });

    it("runs a program's own interpreter, in a folder of difficult name, and the next version", async () => {
        const path = "build it/$(touch pwned).sh";
        await repository.commit({ [path]: `#!/bin/sh\n${buildWithDocker}`, "version.txt": "two\n" }, "two");
        await chmod(join(repository.workDirectory, path), 0o755);

        const ended = await deploy({}, { scriptPath: path });

        expect(ended).toMatchObject({ status: "successful" });
        expect(await version()).toBe("two");
        live = ended;
    });

    it("fails with the script's exit code and leaves the stack alone; secrets do not show", async () => {
        const before = [await containerOf(stack, "web"), await containerOf(stack, "side")];

        const ended = await deploy(
            { "build.sh": 'echo "token $TOKEN"\nsh -c "exit 7"\necho not reached\n', "version.txt": "three\n" },
            { environmentVariables: [{ name: "TOKEN", value: "very-hidden-value", secret: true }] },
        );

        expect(ended).toMatchObject({ status: "failed", errorCode: "command_failed" });
        expect(ended.error).toBe("The script build.sh failed with exit code 7.");
        const log = await rest.log(ended.id);
        expect(log).toContain("token ***");
        expect(log).not.toMatch(/not reached|very-hidden-value/);
        expect([await containerOf(stack, "web"), await containerOf(stack, "side")]).toEqual(before);
        expect(await version()).toBe("two");
    });

    it("says what to do where the script is missing, and refuses one that lies outside", async () => {
        const absent = await deploy({ "build.sh": null });
        expect(absent).toMatchObject({ status: "failed", errorCode: "command_failed" });
        expect(absent.error).toBe("scriptPath: the repository has no build.sh; add it, or give the script's path.");

        await symlink("/bin/true", join(repository.workDirectory, "tool.sh"));
        await writeFile(join(repository.workDirectory, ".gitignore"), "");
        const outside = await deploy({}, { scriptPath: "tool.sh" });
        expect(outside).toMatchObject({ status: "failed", errorCode: "not_contained" });
        await repository.commit({ "tool.sh": null }, "remove");
    });

    it("is ended with its processes when it takes too long", async () => {
        const ended = await deploy({ "build.sh": "echo begun\nsleep 3017 & sleep 3018\n" }, { timeout: 10 });

        expect(ended).toMatchObject({ status: "failed", errorCode: "timeout" });
        expect(await rest.log(ended.id)).toContain("begun");
        expect(await processesWith(`CICD_STACK=${stack}`)).toEqual([]);
        expect(await version()).toBe("two");
    });

    it("is ended when it is cancelled", async () => {
        await repository.commit({}, "again");
        await rest.connect(stack, { url: repository.url, branch: "main" }, { buildType: "script" });
        const deployment = await rest.deploy(stack);
        await followLog(server, deployment.id, (line) => line.includes("begun"));

        const started = Date.now();
        await rest.call("POST", `/deployments/${deployment.id}/cancel`);
        const ended = await rest.ended(deployment.id);

        expect(ended).toMatchObject({ status: "cancelled", errorCode: "cancelled" });
        expect(Date.now() - started).toBeLessThan(6000);
        expect(await processesWith(`CICD_STACK=${stack}`)).toEqual([]);
    });

    it("may run in a container, which sees the commit and no engine", async () => {
        const ended = await deploy(
            {
                "build.sh": 'id -u; pwd; test -z "$DOCKER_HOST"; test ! -e /var/run/docker.sock; ls build.sh\n',
                "compose.yaml": `services:\n${idleService("side")}`,
            },
            { buildImage: "cicd/busybox:1" },
        );

        expect(ended).toMatchObject({ status: "successful" });
        expect(await rest.log(ended.id)).toMatch(/\/workspace/);
        expect(await containerOf(stack, "web")).toBe("");
    });

    it("may name its image by the commit's tag", async () => {
        const ended = await deploy({
            "build.sh": `docker build -t "${app}:$CICD_IMAGE_TAG" .\n`,
            "compose.yaml": `services:\n  web:\n    image: "${app}:\${CICD_IMAGE_TAG}"\n    environment: {COMMIT: "\${CICD_COMMIT_SHA}"}\n${stays}`,
            "version.txt": "four\n",
        });

        expect(ended).toMatchObject({ status: "successful" });
        expect(await version()).toBe("four");
        expect(await docker("exec", await containerOf(stack, "web"), "env")).toContain(`COMMIT=${ended.commitSha}`);
        const before = await containerOf(stack, "web");
        await compose(join(server.stacksDirectory, stack), "up", "-d");
        expect(await containerOf(stack, "web")).toBe(before);
    });

    it("asks for a name where a service has only a build", async () => {
        const ended = await deploy({ "compose.yaml": `services:\n  web:\n    build: .\n${stays}` });

        expect(ended).toMatchObject({ status: "failed", errorCode: "compose_invalid" });
        expect(ended.error).toContain(`"image: ${stack}-web:\${CICD_IMAGE_TAG}"`);
    });

    it("fails before anything is touched where an image was not made and cannot be pulled", async () => {
        const before = await containerOf(stack, "web");

        const ended = await deploy({
            "build.sh": "true\n",
            "compose.yaml": `services:\n  web:\n    image: 127.0.0.1:9/${app}:nope\n${stays}`,
        });

        expect(ended).toMatchObject({ status: "failed", errorCode: "pull_failed" });
        expect(await rest.log(ended.id)).toContain("build.sh made no image");
        expect(await containerOf(stack, "web")).toBe(before);
    });

    it("goes back to an earlier version by its tag", async () => {
        const answered = await rest.call("POST", `/deployments/${live.id}/rollback`);
        expect(answered.status).toBe(202);
        const [rollback] = await rest.history(stack);

        expect(await rest.ended(rollback!.id)).toMatchObject({ status: "successful" });
        expect(await version()).toBe("two");
    });
});
