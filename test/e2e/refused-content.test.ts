import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Deployment, DeploymentErrorCode, DeploymentStatus } from "../../common/schema/deployment.ts";
import { docker, removeStack } from "../support/docker.ts";
import { folderContents } from "../support/folder-contents.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, idleService, smallApp, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `refused-${process.pid}`;
const foreign = `refused-other-${process.pid}`;
const idle = idleService("web");

interface Case {
    readonly name: string;
    readonly files: Readonly<Record<string, string | null>>;
    /** Path → target. */
    readonly links?: Readonly<Record<string, string>>;
    readonly config?: object;
    readonly code: DeploymentErrorCode;
    /** What the message must hold: the file or field, the reason, the way out. */
    readonly says: readonly (string | RegExp)[];
}

function service(lines: string): Record<string, string> {
    return { "compose.yaml": `services:\n${idle}${lines}` };
}

/** Each is refused before anything of the stack is touched. */
const refused: readonly Case[] = [
    {
        name: "no compose file",
        files: { "compose.yaml": null },
        code: "compose_missing",
        says: ["composePath", "compose.yaml", "add a compose file"],
    },
    {
        name: "a compose file only in a folder",
        files: { "compose.yaml": null, "deploy/compose.yaml": `services:\n${idle}` },
        code: "compose_missing",
        says: ["composePath", "choose one of deploy/compose.yaml"],
    },
    {
        name: "another compose file than the configured one",
        files: {},
        config: { composePath: "prod/compose.yaml" },
        code: "compose_missing",
        says: ["composePath: prod/compose.yaml is not in the repository", "choose one of compose.yaml"],
    },
    {
        name: "YAML that cannot be read",
        files: { "compose.yaml": "services:\n  web:\n    image: 'cicd/busybox:1\n" },
        code: "compose_invalid",
        says: [/^compose\.yaml:4:1: /, "quote"],
    },
    {
        name: "an unknown key",
        files: service("    imagee: other\n"),
        code: "compose_invalid",
        says: [/^compose\.yaml:7:\d+: /, "imagee", "correct it there"],
    },
    {
        name: "a key given twice",
        files: service("    image: other\n"),
        code: "compose_invalid",
        says: [/^compose\.yaml:7:5: /, "unique", "remove one"],
    },
    {
        name: "a value of the wrong type",
        files: service("    ports: 80\n"),
        code: "compose_invalid",
        says: [/^compose\.yaml:7:\d+: /, "ports"],
    },
    {
        name: "a dependency on a service that is not there",
        files: service("    depends_on: [database]\n"),
        code: "compose_invalid",
        says: ["database"],
    },
    {
        name: "a variable that must be set",
        files: service("    environment: {KEY: '${API_KEY:?give one}'}\n"),
        code: "compose_invalid",
        says: ["API_KEY", "give one"],
    },
    {
        name: "no service",
        files: { "compose.yaml": "services: {}\n" },
        code: "compose_invalid",
        says: [/^compose\.yaml:1:\d+: /, "service"],
    },
    {
        name: "a Dockerfile that is missing",
        files: { "compose.yaml": "services:\n  web:\n    build: ./app\n", "app/index.html": "x" },
        code: "dockerfile_missing",
        says: [/^compose\.yaml:3:\d+: /, "app/Dockerfile"],
    },
    {
        name: "a service with neither image nor build",
        files: { "compose.yaml": "services:\n  web:\n    command: sleep 10\n" },
        code: "compose_invalid",
        says: ["web", "image"],
    },
    {
        name: "an image that cannot be pulled",
        files: { "compose.yaml": "services:\n  web:\n    image: 127.0.0.1:1/nope:1\n" },
        code: "pull_failed",
        says: ["web: image 127.0.0.1:1/nope:1", "connection refused", "check its name and tag"],
    },
    {
        name: "an env_file outside of the repository",
        files: service("    env_file: ../../secret.env\n"),
        code: "not_contained",
        says: [/^compose\.yaml:7:\d+: /, "env_file", "../../secret.env"],
    },
    {
        name: "an absolute env_file",
        files: service("    env_file: [{path: /etc/environment, required: false}]\n"),
        code: "not_contained",
        says: [/^compose\.yaml:7:\d+: /, "/etc/environment"],
    },
    {
        name: "an include outside of the repository",
        files: { "compose.yaml": `include: ["../../etc/compose.yaml"]\nservices:\n${idle}` },
        code: "not_contained",
        says: [/^compose\.yaml:1:\d+: /, "include", "../../etc/compose.yaml"],
    },
    {
        name: "extends from outside of the repository",
        files: service("    extends: {file: /etc/passwd, service: root}\n"),
        code: "not_contained",
        says: [/^compose\.yaml:7:\d+: /, "extends", "/etc/passwd"],
    },
    {
        name: "a secret's file outside of the repository",
        files: { "compose.yaml": `services:\n${idle}    secrets: [s]\nsecrets: {s: {file: /etc/shadow}}\n` },
        code: "not_contained",
        says: [/^compose\.yaml:8:\d+: /, "secrets.s.file", "/etc/shadow"],
    },
    {
        name: "a config's file outside of the repository",
        files: { "compose.yaml": `services:\n${idle}    configs: [c]\nconfigs: {c: {file: ../c}}\n` },
        code: "not_contained",
        says: [/^compose\.yaml:8:\d+: /, "configs.c.file", "../c"],
    },
    {
        name: "a build context above the repository",
        files: { "compose.yaml": "services:\n  web:\n    build: ..\n" },
        code: "not_contained",
        says: [/^compose\.yaml:3:\d+: /, "build", ".."],
    },
    {
        name: "a compose file that is a link out of the repository",
        files: { "compose.yaml": null },
        links: { "compose.yaml": "/etc/passwd" },
        code: "compose_missing",
        says: ["compose.yaml", "leads out of the repository"],
    },
    {
        name: "an env_file that is a link out of the repository",
        files: service("    env_file: linked.env\n"),
        links: { "linked.env": "/etc/environment" },
        code: "not_contained",
        says: [/^compose\.yaml:7:\d+: /, "linked.env"],
    },
    {
        name: "a tracked link out of the stack's folder",
        files: {},
        links: { outside: "/etc" },
        code: "not_contained",
        says: ["outside:1:1: the symlink points to /etc", "point it inside the folder"],
    },
    {
        name: "a command of the build that fails",
        files: {},
        config: { preBuildCommands: ["echo before", "echo wrong >&2; exit 4"] },
        code: "command_failed",
        says: ['"echo wrong >&2; exit 4"', "exit code 4"],
    },
    {
        name: "a build by a script that is not there",
        files: {},
        config: { buildType: "script" },
        code: "command_failed",
        says: ["scriptPath", "build.sh", "add it"],
    },
];

describe("content that cannot be deployed", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;
    let base: string;
    let branches = 0;

    beforeAll(async () => {
        // Without a window, a service that ends at once may be seen while it still runs.
        server = await startServer({ CICD_STABILITY_SECONDS: "2" });
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        base = await repository.commit(smallApp({ port, version: "good" }), "good");
        await rest.connect(stack, { url: repository.url, branch: "main" });
        expect(await rest.ended((await rest.deploy(stack)).id)).toMatchObject({ status: "successful" });
    });

    afterEach(async () => {
        await rest.call("PUT", `/stacks/${stack}/build-config`, {});
    });

    afterAll(async () => {
        await server.stop();
        await Promise.all([removeStack(stack), removeStack(foreign)]);
        await repository.remove();
    });

    /** Commits on a branch of its own, on top of what is good, and deploys it. */
    async function deploy({ files, links = {}, config = {} }: Pick<Case, "files" | "links" | "config">) {
        branches += 1;
        const branch = `case-${branches}`;
        await repository.git("checkout", "-q", "-f", "-B", branch, base);
        if (Object.keys(links).length > 0) {
            await repository.commit(files, "without links", branch);
        }
        for (const [path, target] of Object.entries(links)) {
            await symlink(target, join(repository.workDirectory, path));
        }
        await repository.commit(Object.keys(links).length > 0 ? {} : files, branch, branch);
        await rest.call("PUT", `/stacks/${stack}/build-config`, config);
        return rest.ended((await rest.deploy(stack, { branch })).id);
    }

    async function state() {
        const containers = await docker("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.State}}", "--filter", filter);
        return { containers, files: [...(await folderContents(join(server.stacksDirectory, stack)))] };
    }
    const filter = `label=com.docker.compose.project=${stack}`;

    function expectEnd(ended: Deployment, status: DeploymentStatus, code: DeploymentErrorCode, says: Case["says"]) {
        expect(ended).toMatchObject({ status, errorCode: code });
        for (const words of says) {
            expect(ended.error).toMatch(words);
        }
        expect(ended.error).not.toContain(server.dataDirectory);
    }

    it.each(refused)("is refused, and the stack untouched: $name", async ({ code, says, ...given }) => {
        const before = await state();

        const ended = await deploy(given);

        expectEnd(ended, "failed", code, says);
        expect(await rest.log(ended.id)).toContain(ended.error);
        expect(await state()).toEqual(before);
        expect(await answerOn(port)).toBe("good");
    });

    describe("because of what others hold", () => {
        const names: string[] = [];

        async function hold(...args: string[]): Promise<void> {
            names.push(await docker("run", "-d", ...args, "cicd/busybox:1", "sleep", "1000"));
        }

        afterEach(async () => {
            await Promise.all(names.splice(0).map((name) => docker("rm", "-f", name)));
        });

        it("is refused where another container publishes the port", async () => {
            const taken = await freePort();
            await hold("--name", `${foreign}-port`, "-p", `127.0.0.1:${taken}:80`);
            const before = await state();

            const ended = await deploy({ files: smallApp({ port: taken, version: "clash" }) });

            const says = [`web: port ${taken}`, `the container ${foreign}-port`, "choose another port"];
            expectEnd(ended, "failed", "port_taken", says);
            expect(await state()).toEqual(before);
        });

        it("is refused where another stack's container has the name", async () => {
            await hold("--name", `${foreign}-name`, "--label", `com.docker.compose.project=${foreign}`);
            const before = await state();

            const ended = await deploy({ files: service(`    container_name: ${foreign}-name\n`) });

            const says = [`web: the container name ${foreign}-name`, `the stack ${foreign}`, "change container_name"];
            expectEnd(ended, "failed", "name_taken", says);
            expect(await state()).toEqual(before);
        });

        it("is deployed where a container of no stack has the name: that one is removed", async () => {
            await hold("--name", `${foreign}-plain`);

            const files = { "compose.yaml": `services:\n${smallService("web", { port, version: "named" })}` };
            files["compose.yaml"] += `    container_name: ${foreign}-plain\n`;
            const ended = await deploy({ files });

            expect(ended).toMatchObject({ status: "successful" });
            expect(await answerOn(port)).toBe("named");
            expect(await rest.log(ended.id)).toContain(`Removing container ${foreign}-plain`);
            const again = await rest.ended((await rest.deploy(stack)).id);
            expect(again).toMatchObject({ status: "successful" });
            expect(await answerOn(port)).toBe("good");
        });

        it("is refused where the stack's .env leads Compose elsewhere", async () => {
            const file = join(server.stacksDirectory, stack, ".env");
            await writeFile(file, "A=1\nCOMPOSE_FILE=/etc/other.yaml\n");
            const before = await state();

            const ended = await deploy({ files: {} });

            expectEnd(ended, "failed", "env_refused", [".env:2:1: COMPOSE_FILE", "remove that line"]);
            expect(await state()).toEqual(before);
            await rm(file);
        });
    });

    describe("that is not in the repository", () => {
        it.each([
            ["a branch", { branch: "nowhere" }, "branch_missing", ["branch: the repository has no branch nowhere"]],
            ["a tag", { tag: "v0" }, "branch_missing", ["tag: the repository has no tag v0"]],
            [
                "a commit",
                { commit: "0123456789abcdef" },
                "commit_missing",
                ["commit: 0123456789abcdef is not on branch main"],
            ],
        ] as const)("is refused: %s", async (_what, request, code, says) => {
            const before = await state();

            const ended = await rest.ended((await rest.deploy(stack, request)).id);

            expectEnd(ended, "failed", code, says);
            expect(await state()).toEqual(before);
        });

        it("is refused: a commit of another branch", async () => {
            await repository.git("checkout", "-q", "-f", "-B", "aside", base);
            const commit = await repository.commit({ "aside.txt": "x" }, "aside", "aside");

            const ended = await rest.ended((await rest.deploy(stack, { branch: "main", commit })).id);

            expectEnd(ended, "failed", "commit_missing", [`commit: ${commit} is not on branch main`]);
        });

        it.each([
            ["a branch with an option", { branch: "--upload-pack=x" }, "branch"],
            ["a branch with a shell's signs", { branch: "a$(id)" }, "branch"],
            ["a commit that is no hash", { commit: "HEAD" }, "commit"],
            ["branch and tag", { branch: "main", tag: "v1" }, "tag"],
        ])("is answered with 400: %s", async (_what, request, field) => {
            const answer = await rest.call("POST", `/stacks/${stack}/deployments`, request);

            expect(answer).toMatchObject({ status: 400, body: { ok: false, error: { code: "invalid" } } });
            expect(JSON.stringify(answer.body)).toContain(field);
        });
    });

    describe("because it does not run", () => {
        const task = (exit: number) => `  task:
    image: cicd/busybox:1
    command: ["sh", "-c", "echo migrating; exit ${exit}"]
`;
        const after = `    depends_on: {task: {condition: service_completed_successfully}}\n`;

        async function expectRolledBack(ended: Deployment, says: Case["says"]): Promise<void> {
            expectEnd(ended, "rolled_back", "unhealthy", says);
            expect(await answerOn(port)).toBe("good");
            expect(
                await docker("ps", "-a", "--format", '{{.Label "com.docker.compose.service"}}', "--filter", filter),
            ).toBe("web");
            expect((await state()).files.map(([path]) => path)).toEqual(["compose.override.yaml", "compose.yaml"]);
            const rollback = (await rest.history(stack)).find((row) => row.rollbackOf === ended.id);
            expect(rollback).toMatchObject({ status: "successful" });
        }

        it("is rolled back where healthCheckPath answers 404", async () => {
            const config = { healthCheckPath: "/healthz", healthCheckTimeout: 4 };

            const ended = await deploy({ files: smallApp({ port, version: "bad" }), config });

            await expectRolledBack(ended, ["/healthz answers 404", "healthCheckTimeout"]);
        });

        it("is rolled back where a service exits at once", async () => {
            const files = { "compose.yaml": "services:\n  web:\n    image: cicd/busybox:1\n    command: ['false']\n" };

            const ended = await deploy({ files });

            await expectRolledBack(ended, ["web exited with code 1"]);
        });

        it("runs where a one-shot service ends with 0", async () => {
            const web = smallService("web", { port, version: "migrated", more: after });

            const ended = await deploy({ files: { "compose.yaml": `services:\n${web}${task(0)}` } });

            expect(ended).toMatchObject({ status: "successful" });
            expect(await answerOn(port)).toBe("migrated");
            const [container = ""] = (await docker("ps", "-aq", "--filter", filter, "--filter", "status=exited")).split(
                "\n",
            );
            expect(await docker("logs", container)).toBe("migrating");

            const redeployed = await rest.ended((await rest.deploy(stack, { branch: ended.branch })).id);
            expect(redeployed).toMatchObject({ status: "successful" });
            expect(await docker("logs", container)).toBe("migrating");
            expect(await rest.ended((await rest.deploy(stack)).id)).toMatchObject({ status: "successful" });
        });

        it("is rolled back where a one-shot service fails", async () => {
            const web = smallService("web", { port, version: "never", more: after });

            const ended = await deploy({ files: { "compose.yaml": `services:\n${web}${task(3)}` } });

            await expectRolledBack(ended, ["task"]);
            expect(await rest.log(ended.id)).toContain("migrating");
        });
    });
});
