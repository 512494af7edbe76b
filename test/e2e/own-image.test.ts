import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { compose, containerOf, docker, removeStack } from "../support/docker.ts";
import { buildOwnImage, removeOwnImage } from "../support/own-image.ts";
import { connectPage } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { admin, freePort, logIn } from "../support/server.ts";
import { until } from "../support/until.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const run = promisify(execFile);
const image = `dockge-cicd:test-${process.pid}`;
/** The stack that the server itself is. */
const own = `own-${process.pid}`;
const stack = `own-image-${process.pid}`;
/** The stack of servers with a pipeline. */
const beside = `own-piped-${process.pid}`;
const socket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");

function app(port: string, version: string): Record<string, string> {
    return {
        "compose.yaml": `services:
  web:
    build: ./web
    init: true
    stop_grace_period: 1s
    ports: ["${port}:8080"]
    volumes:
      - ./settings.conf:/etc/settings.conf:ro
`,
        "web/Dockerfile": `FROM cicd/busybox:1
COPY www /www
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`,
        "web/www/index.html": `${version}\n`,
        "settings.conf": `${version}\n`,
    };
}

/** A job with a service, a cache and an artifact, one of a user that is not root, and a build that needs the artifact. */
const pipeline = `stages: [test, build]
image: cicd/busybox:1
unit:
  stage: test
  services:
    api:
      image: cicd/busybox:1
      command: [sh, -c, "mkdir /www && echo served > /www/index.html && exec httpd -f -p 8000 -h /www"]
  cache: { key: seen, paths: [seen] }
  script:
    - wget -qO- http://api:8000/
    - if test -e seen/before; then echo cache hit; else echo cache miss; fi
    - mkdir -p seen web/www out && touch seen/before && echo unit > out/unit
page:
  stage: build
  user: "1234:1234"
  script: cat out/unit && echo more >> seen/before && echo piped > web/www/piped.html && rm -r out
  artifacts: { paths: [web/www/piped.html] }
`;

/** The project's own compose.yaml, in a stack's folder, with the engine's socket and the repository of this test. */
async function writeOwnStack(folder: string, repository: WorkRepository): Promise<void> {
    const repositories = dirname(repository.bareDirectory);
    await mkdir(folder, { recursive: true });
    await copyFile(join(import.meta.dirname, "../../compose.yaml"), join(folder, "compose.yaml"));
    await writeFile(
        join(folder, "compose.override.yaml"),
        `services:
  dockge-cicd:
    volumes:
      - ${socket}:/var/run/docker.sock
      - ${repositories}:${repositories}:ro
    environment:
      CICD_ADMIN_USERNAME: ${admin.username}
      CICD_ADMIN_PASSWORD: ${admin.password}
      CICD_ALLOW_FILE_GIT: "true"
      CICD_STABILITY_SECONDS: "0"
`,
    );
}

async function untilWell(url: string): Promise<void> {
    await until(() => answers(`${url}/healthz`), 30);
}

/** While the container starts, the engine takes connections that nobody answers. */
async function answers(url: string): Promise<boolean> {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    return answer?.ok === true;
}

describe("the server in a container of its own image", () => {
    let root: string;
    let stacksDirectory: string;
    let rest: Rest;
    let server: { readonly url: string; readonly token: string };
    let repository: WorkRepository;
    let connected: GitRepository;
    let port: number;

    async function pushAndWait(files: Record<string, string>, message: string) {
        const commit = await repository.commit(files, message);
        const pushed = await rest.push(connected, { ref: "refs/heads/main", commit });
        expect(pushed).toMatchObject({ status: 202, verdict: "queued" });
        const ended = await rest.ended(pushed.deploymentIds?.[0] ?? "");
        return { ended, log: await rest.log(ended.id) };
    }

    /** One more server, with stacks of its own; `options` tell where its data lie. */
    async function startBeside(options: readonly string[]) {
        const [name, publish] = [`${own}-beside`, await freePort()];
        const stacks = await mkdtemp(join(root, "stacks-"));
        const repositories = dirname(repository.bareDirectory);
        const mounts = [`${socket}:/var/run/docker.sock`, `${stacks}:${stacks}`, `${repositories}:${repositories}:ro`];
        const settings = [
            ...[`DOCKGE_STACKS_DIR=${stacks}`, "CICD_ALLOW_FILE_GIT=true", "CICD_STABILITY_SECONDS=0"],
            ...[`CICD_ADMIN_USERNAME=${admin.username}`, `CICD_ADMIN_PASSWORD=${admin.password}`],
        ];
        await docker(
            ...["run", "-d", "--name", name, "-p", `127.0.0.1:${publish}:5001`, ...options],
            ...mounts.flatMap((mount) => ["-v", mount]),
            ...settings.flatMap((setting) => ["-e", setting]),
            image,
        );
        const url = `http://127.0.0.1:${publish}`;
        await untilWell(url);
        return { url, token: await logIn(url) };
    }

    /** Its stack goes, too: the next one has the same name. */
    async function stopBeside(): Promise<void> {
        await removeStack(beside);
        await docker("rm", "-f", "-v", `${own}-beside`);
        await docker("volume", "rm", "-f", `${own}-data`);
    }

    async function ask(path: string): Promise<string> {
        return (await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).trim();
    }

    beforeAll(async () => {
        root = await mkdtemp(join(tmpdir(), "cicd-own-"));
        stacksDirectory = join(root, "stacks");
        repository = await createWorkRepository();
        port = await freePort();
        await buildOwnImage(image);
        await writeOwnStack(join(stacksDirectory, own), repository);
        const publish = await freePort();
        await writeFile(
            join(stacksDirectory, own, ".env"),
            `DOCKGE_CICD_IMAGE=${image}\nDOCKGE_PUBLISH=127.0.0.1:${publish}\nDOCKGE_STACKS_DIR=${stacksDirectory}\n`,
        );
        await compose(join(stacksDirectory, own), "-p", own, "up", "-d", "--no-build");
        const url = `http://127.0.0.1:${publish}`;
        await untilWell(url).catch(async (error: unknown) => {
            throw new Error(await compose(join(stacksDirectory, own), "logs", "--no-color"), { cause: error });
        });
        server = { url, token: await logIn(url) };
        rest = createRest(server);
        await repository.commit({ "README.md": "app\n" }, "start");
        const access = { url: repository.url, branch: "main", provider: "generic" };
        connected = await rest.connect(stack, access, {
            buildImage: "cicd/busybox:1",
            preBuildCommands: ["cp web/www/index.html web/www/made.html"],
            healthCheckPath: "/made.html",
        });
    });

    afterAll(async () => {
        await removeStack(stack);
        await removeStack(own);
        await docker("rm", "-f", `${own}-elsewhere`);
        await removeOwnImage(image);
        await repository.remove();
        await rm(root, { recursive: true, force: true });
    });

    it("says by the image's own health check that it is well", async () => {
        await docker("exec", await containerOf(own, "dockge-cicd"), "node", "health.mjs");
    });

    it("builds with commands in containers, mounts files by the host's paths, and asks ports of the host's loopback", async () => {
        const { ended, log } = await pushAndWait(app(`127.0.0.1:${port}`, "one"), "feat: one");

        expect(ended, log).toMatchObject({ status: "successful", triggeredBy: "webhook" });
        expect(await ask("/made.html")).toBe("one");
        expect(await docker("exec", await containerOf(stack, "web"), "cat", "/etc/settings.conf")).toBe("one");
        expect(await readdir(join(stacksDirectory, stack))).toContain("compose.override.yaml");
    });

    it("is not touched by 'docker compose up -d' typed on the host", async () => {
        const before = await containerOf(stack, "web");

        await compose(join(stacksDirectory, stack), "up", "-d");

        expect(await containerOf(stack, "web")).toBe(before);
    });

    it("asks ports that are published on every address", async () => {
        const { ended, log } = await pushAndWait(app(`${port}`, "two"), "feat: two");

        expect(ended, log).toMatchObject({ status: "successful" });
        expect(await ask("/made.html")).toBe("two");
    });

    it("takes back a release whose path does not answer", async () => {
        await rest.call("PUT", `/stacks/${stack}/build-config`, { healthCheckPath: "/absent", healthCheckTimeout: 3 });

        const { ended, log } = await pushAndWait(app(`${port}`, "three"), "feat: three");

        expect(ended, log).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(log).toContain("answers 404");
        expect(await ask("/")).toBe("two");
    });

    it("refuses to deploy, stop or delete the stack that it is itself", async () => {
        const container = await containerOf(own, "dockge-cicd");
        await rest.connect(own, { url: repository.url, branch: "main", provider: "generic" });
        const page = await connectPage(server);

        const ended = await rest.ended((await rest.deploy(own)).id);
        const answers = [];
        for (const event of ["stopStack", "downStack", "restartStack", "updateStack", "deleteStack"]) {
            answers.push(await page.agent(event, own));
        }

        page.close();
        expect(ended).toMatchObject({ status: "failed", errorCode: "not_supported" });
        expect(ended.error).toContain("runs this server itself");
        for (const { ok, msg } of answers) {
            expect(ok).toBe(false);
            expect(msg).toContain("runs this server itself");
        }
        expect(await containerOf(own, "dockge-cicd")).toBe(container);
    });

    it("leaves no container of its questions behind", async () => {
        const all = await docker("ps", "-aq", "--no-trunc", "--filter", `ancestor=${image}`);

        expect(all).toBe(await containerOf(own, "dockge-cicd"));
    });

    it("does not start where the stacks have another path on the host", async () => {
        const volumes = ["-v", `${socket}:/var/run/docker.sock`, "-v", `${stacksDirectory}:/opt/stacks`];

        const started = run("docker", ["run", "--rm", "--name", `${own}-elsewhere`, ...volumes, image]);

        await expect(started).rejects.toThrow(`mount ${stacksDirectory}:${stacksDirectory}`);
    });

    describe.each([
        ["in a folder of the host", []],
        ["in a volume", ["-v", `${own}-data:/app/data`]],
        ["in the container alone", []],
    ] as const)("with its data %s", (where, options) => {
        afterAll(stopBeside);

        it("runs pipelines", async () => {
            const asked = where === "in a folder of the host" ? rest : createRest(await startBeside(options));
            const access = { url: repository.url, branch: "piped", provider: "generic" };
            const other = await freePort();
            const files = { ...app(`${other}`, "piped"), "pipeline.yml": pipeline };
            await repository.commit(files, "feat: a pipeline", "piped");
            await asked.connect(beside, access, { healthCheckPath: "/piped.html" });

            const seen = [];
            for (const version of ["piped", "piped again"]) {
                await repository.commit({ "web/www/index.html": version }, version, "piped");
                const ended = await asked.ended((await asked.deploy(beside)).id);
                const log = await asked.log(ended.id);
                expect(ended, log).toMatchObject({ status: "successful" });
                seen.push(log.match(/served$|cache (?:hit|miss)$/gm));
            }

            expect(seen).toEqual([
                ["served", "cache miss"],
                ["served", "cache hit"],
            ]);
            expect(await (await fetch(`http://127.0.0.1:${other}/piped.html`)).text()).toBe("piped\n");
        });
    });
});
