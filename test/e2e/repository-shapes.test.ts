import { chmod, readlink, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { compose, containerOf, docker, removeStack } from "../support/docker.ts";
import { folderContents } from "../support/folder-contents.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { idleService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const sleeper = 'CMD ["sleep", "1000"]\n';
const stopsFast = "    init: true\n    stop_grace_period: 1s\n";

/** Repositories as people have them: what each becomes in the stack's folder and in its containers. */
describe("a repository of another shape", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let first: string;
    let count = 0;
    const stacks: string[] = [];

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        first = await repository.commit({ "README.md": "app\n" }, "start");
    });

    afterAll(async () => {
        await server.stop();
        await Promise.all(stacks.map(removeStack));
        await repository.remove();
    });

    /** Deploys these files as a stack of its own. */
    async function deploy(
        files: Readonly<Record<string, string>>,
        config: object = {},
        prepare: () => Promise<void> = async () => undefined,
    ): Promise<{ stack: string; folder: string; ended: Deployment }> {
        count += 1;
        const branch = `shape-${count}`;
        const stack = `shape-${count}-${process.pid}`;
        stacks.push(stack);
        await repository.git("checkout", "-q", "-f", "-B", branch, first);
        await repository.commit(files, "files", branch);
        await prepare();
        await repository.commit({}, "done", branch);
        await rest.connect(stack, { url: repository.url, branch }, config);
        const ended = await rest.ended((await rest.deploy(stack)).id);
        expect(ended.error).toBeUndefined();
        expect(ended.status).toBe("successful");
        const folder = join(server.stacksDirectory, stack);
        const before = await containerOf(stack, "web");
        await compose(folder, "up", "-d");
        expect(await containerOf(stack, "web")).toBe(before);
        return { stack, folder, ended };
    }

    async function inside(stack: string, ...command: string[]): Promise<string> {
        return docker("exec", await containerOf(stack, "web"), ...command);
    }

    it("has its compose file in a folder, and builds from beside it", async () => {
        const { stack, folder } = await deploy(
            {
                "deploy/prod/compose.yaml": `services:\n  web:\n    build: {context: ../../app, dockerfile: ../docker/Dockerfile}\n${stopsFast}    volumes: ["./conf:/conf:ro"]\n`,
                "deploy/prod/conf/a.conf": "a=1\n",
                "app/file.txt": "from the app\n",
                "docker/Dockerfile": `FROM cicd/busybox:1\nCOPY file.txt /file.txt\n${sleeper}`,
            },
            { composePath: "deploy/prod/compose.yaml" },
        );

        expect(await inside(stack, "cat", "/file.txt", "/conf/a.conf")).toBe("from the app\na=1");
        expect([...(await folderContents(folder)).keys()]).toEqual([
            "compose.override.yaml",
            "compose.yaml",
            "conf/a.conf",
        ]);
    });

    it("has a compose file of its own name, and others to merge in", async () => {
        const { stack, folder } = await deploy(
            {
                "stack.yml": `services:\n${idleService("web", "    environment: {A: base, B: base}\n")}`,
                "prod.yml": "services: {web: {environment: {B: prod}}}\n",
            },
            { composePath: "stack.yml", composeFiles: ["prod.yml"] },
        );

        const environment = await inside(stack, "env");
        expect(environment).toContain("A=base");
        expect(environment).toContain("B=prod");
        expect([...(await folderContents(folder)).keys()]).toContain("compose.yaml");
    });

    it("has one Dockerfile for a service that names only an image", async () => {
        const { stack, ended } = await deploy(
            {
                "compose.yaml": `services:\n  web:\n    image: example/app:latest\n${stopsFast}  side:\n    image: cicd/busybox:1\n    command: [sleep, '1000']\n${stopsFast}`,
                "docker/app.Dockerfile": `FROM cicd/busybox:1\nARG VERSION\nRUN echo "$VERSION" > /version\nCOPY file.txt /\n${sleeper}`,
                "src/file.txt": "source\n",
            },
            {
                dockerfilePath: "docker/app.Dockerfile",
                contextPath: "src",
                buildService: "web",
                buildArgs: [{ name: "VERSION", value: "1 'two' $three" }],
            },
        );

        expect(await inside(stack, "cat", "/version", "/file.txt")).toBe("1 'two' $three\nsource");
        expect(ended.images.find(({ service }) => service === "web")?.image).toBe(`example/app:${ended.commitSha}`);
        await docker("rmi", "-f", `example/app:${ended.commitSha}`);
    });

    it("has files with difficult names, links and programs", async () => {
        const names = ["a b.txt", "ünï/cödé ☂.txt", "-dash.txt", "q'uo\"te$x.txt", "deep/er/than/that.txt"];
        const { folder, stack } = await deploy(
            {
                ...Object.fromEntries(names.map((name) => [name, `${name}\n`])),
                "run.sh": "#!/bin/sh\necho program\n",
                "compose.yaml": `services:\n${idleService("web", "    volumes: ['.:/all:ro']\n")}`,
            },
            {},
            async () => {
                await chmod(join(repository.workDirectory, "run.sh"), 0o755);
                await symlink("a b.txt", join(repository.workDirectory, "link.txt"));
            },
        );

        const there = await folderContents(folder);
        for (const name of names) {
            expect(there.get(name)).toBe(Buffer.from(`${name}\n`).toString("latin1"));
        }
        expect(await readlink(join(folder, "link.txt"))).toBe("a b.txt");
        expect((await stat(join(folder, "run.sh"))).mode & 0o111).not.toBe(0);
        expect(await inside(stack, "/all/run.sh")).toBe("program");
        expect(await inside(stack, "cat", "/all/link.txt")).toBe("a b.txt");
    });

    it("has Windows line ends, a byte order mark, anchors and a tracked .env", async () => {
        const text = `x-common: &common\n  environment: &env {A: '\${FROM_FILE}', B: one}\nservices:\n${idleService(
            "web",
            "    <<: *common\n",
        )}`;
        const { stack, folder } = await deploy({
            "compose.yaml": `\uFEFF${text.replaceAll("\n", "\r\n")}`,
            ".env": "FROM_FILE=tracked\n",
        });

        const environment = await inside(stack, "env");
        expect(environment).toContain("A=tracked");
        expect((await folderContents(folder)).get(".env")).toBe("FROM_FILE=tracked\n");
    });

    it("includes and extends other files, and recreates exactly the services whose content changed", async () => {
        const { stack, ended } = await deploy({
            "compose.yaml": `include: [parts/db.yaml]
services:
  web:
    extends: {file: parts/common.yaml, service: base}
    configs: [inline, {source: file, target: /file.conf}]
    secrets: [hidden]
configs:
  inline: {content: "inline content"}
  file: {file: ./parts/file.conf}
secrets:
  hidden: {file: ./parts/hidden.txt}
`,
            "parts/db.yaml": `services:\n${idleService("db", "    volumes: ['./db.conf:/db.conf:ro']\n")}`,
            "parts/db.conf": "db\n",
            "parts/common.yaml": `services:\n${idleService("base", "    env_file: [base.env]\n")}`,
            "parts/base.env": "BASE=from the base\n",
            "parts/file.conf": "file content\n",
            "parts/hidden.txt": "hidden content\n",
        });

        const files = ["/inline", "/file.conf", "/run/secrets/hidden"];
        expect(await inside(stack, "cat", ...files)).toBe("inline contentfile content\nhidden content");
        expect(await inside(stack, "env")).toContain("BASE=from the base");
        expect(await docker("exec", await containerOf(stack, "db"), "cat", "/db.conf")).toBe("db");

        const changes = [
            [{ "parts/file.conf": "changed file\n" }, "web", "/file.conf", "changed file"],
            [{ "parts/hidden.txt": "changed secret\n" }, "web", "/run/secrets/hidden", "changed secret"],
            [{ "parts/db.conf": "changed db\n" }, "db", "/db.conf", "changed db"],
        ] as const;
        for (const [change, service, path, content] of changes) {
            const other = service === "web" ? "db" : "web";
            const before = await containerOf(stack, other);
            await repository.commit(change, content, ended.branch);

            expect(await rest.ended((await rest.deploy(stack)).id)).toMatchObject({ status: "successful" });

            expect(await docker("exec", await containerOf(stack, service), "cat", path)).toBe(content);
            expect(await containerOf(stack, other)).toBe(before);
        }
    });
});
