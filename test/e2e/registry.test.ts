import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Registry } from "../../common/schema/registry.ts";
import type { Deployment } from "../../common/schema/deployment.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { type SecureRegistry, startSecureRegistry } from "../support/secure-registry.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { idleService } from "../support/small-app.ts";
import { until } from "../support/until.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `publish-${process.pid}`;
const secret = `build-secret-${process.pid}`;
const stays = "    init: true\n    stop_grace_period: 1s\n";
const dockerfile = `FROM cicd/busybox:1
COPY version.txt /
RUN --mount=type=secret,id=BUILD_TOKEN wc -c < /run/secrets/BUILD_TOKEN > /secret-length
CMD ["sleep", "1000"]
`;

/** One stack whose images go to a registry with TLS and a login; each step stands on the one before. */
describe("a stack whose images are published", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let registry: SecureRegistry;
    let gate: string;
    let id: string;
    let first: Deployment;

    const login = () => ({ username: registry.username, password: registry.password });
    const given = (fields: object = {}) => ({
        name: "Own",
        url: `${registry.host}/team`,
        allowPrivateHost: true,
        ...login(),
        ...fields,
    });
    const tag = (service: string, commit: string) => `${registry.host}/team/${stack}-${service}:${commit}`;
    const imageOf = async (service: string) => docker("inspect", "-f", "{{.Image}}", await containerOf(stack, service));
    const version = async (service: string) => docker("exec", await containerOf(stack, service), "cat", "/version.txt");

    async function test(fields: object): Promise<string> {
        const { status, body } = await rest.call("POST", "/registries/test", given(fields));
        return `${status} ${JSON.stringify(body)}`;
    }

    async function configure(fields: object = {}): Promise<void> {
        const { status, body } = await rest.call("PUT", `/stacks/${stack}/build-config`, {
            registryId: id,
            environmentVariables: [{ name: "BUILD_TOKEN", value: secret, secret: true }],
            buildSecrets: ["BUILD_TOKEN"],
            ...fields,
        });
        expect({ status, body }).toMatchObject({ status: 200 });
    }

    async function deploy(files: Readonly<Record<string, string>> = {}): Promise<Deployment> {
        await repository.commit(files, "change");
        return rest.ended((await rest.deploy(stack)).id);
    }

    /** Deploys with a build that stops before its images are pushed, lets something happen, and goes on. */
    async function deployAndMeanwhile(
        files: Readonly<Record<string, string>>,
        meanwhile: () => void | Promise<void>,
        afterwards: (id: string) => Promise<void> = () => Promise.resolve(),
    ): Promise<Deployment> {
        const [built, goOn] = [join(gate, "built"), join(gate, "go-on")];
        await configure({ postBuildCommands: [`touch ${built}`, `until [ -e ${goOn} ]; do sleep 0.1; done`] });
        await repository.commit(files, "change");
        const { id: deploymentId } = await rest.deploy(stack);
        await until(() => existsSync(built));
        await meanwhile();
        await writeFile(goOn, "");
        const [ended] = await Promise.all([rest.ended(deploymentId), afterwards(deploymentId)]);
        await Promise.all([rm(built), rm(goOn)]);
        await configure();
        return ended;
    }

    async function loginFiles(): Promise<readonly string[]> {
        const folders = await readdir(join(server.dataDirectory, "cicd/workspaces"), { recursive: true });
        return folders.filter((name) => /(^|\/)docker(\/|$)|registry-test/.test(name));
    }

    beforeAll(async () => {
        registry = await startSecureRegistry(await freePort());
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        gate = await mkdtemp(join(tmpdir(), "cicd-gate-"));
        await repository.commit(
            {
                "compose.yaml": `services:
  web:
    build: ./web
${stays}  api:
    build: ./api
${stays}  base:
    image: ${registry.host}/team/base:1
    command: ["sleep", "1000"]
${stays}${idleService("side")}`,
                "web/Dockerfile": dockerfile,
                "web/version.txt": "one\n",
                "api/Dockerfile": dockerfile,
                "api/version.txt": "api\n",
            },
            "one",
        );
        await rest.connect(stack, { url: repository.url, branch: "main" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await registry.remove();
        await repository.remove();
        await rm(gate, { recursive: true, force: true });
        // By name: the base has the id of the test bed's own image.
        const format = ["--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}"];
        for (const line of (await docker("images", ...format, `${registry.host}/team/*`)).split("\n")) {
            const [name = "", tagged = "", digest = ""] = line.split(" ");
            await docker("rmi", tagged === "<none>" ? `${name}@${digest}` : `${name}:${tagged}`).catch(() => undefined);
        }
    });

    it("tells what is wrong with a registry: address, trust, login, network", async () => {
        expect(await test({ allowPrivateHost: false })).toMatch(/^400 .*url: .* is a private address/);
        expect(await test({ url: "registry/team" })).toMatch(/^400 .*url: Docker takes .* Docker Hub/);
        expect(await test({})).toMatch(/^400 .*does not trust its certificate.*x509.*certs\.d/);

        await registry.trust();

        expect(await test({ password: "wrong" })).toMatch(/^400 .*refuses username or password.*401/);
        expect(await test({ url: `127.0.0.1:${await freePort()}` })).toMatch(/^503 .*cannot be reached/);
        expect(await test({ url: new URL(server.url).host })).toMatch(/^400 .*does not answer as a registry/);
        expect(await test({ username: null, password: null })).toMatch(/^400 .*username: .* wants a login/);
        expect(await test({})).toBe('200 {"ok":true}');
        expect(await loginFiles()).toEqual([]);
    });

    it("is added, and never tells its password", async () => {
        const { status, body } = await rest.call("POST", "/registries", given());
        const added = Registry.parse(body);
        id = added.id;

        expect(status).toBe(201);
        expect(added).toMatchObject({ hasPassword: true, username: "robot", url: `${registry.host}/team`, stacks: [] });
        expect(JSON.stringify((await rest.call("GET", "/registries")).body)).not.toContain(registry.password);
        expect((await rest.call("POST", `/registries/${id}/test`)).status).toBe(200);
    });

    it("pushes what it built, with digests, and pulls what lies there with the same login", async () => {
        await publishBase();
        await configure();

        first = await rest.ended((await rest.deploy(stack)).id);
        const log = await rest.log(first.id);

        expect(first, log).toMatchObject({ status: "successful" });
        expect(first.phases.map(({ phase }) => phase)).toContain("publishing");
        for (const service of ["web", "api"]) {
            const image = first.images.find((one) => one.service === service);
            const digest = await registry.digestOf(`team/${stack}-${service}`, first.commitSha);
            expect(image).toMatchObject({ image: tag(service, first.commitSha), built: true });
            expect(image?.digest).toBe(`${registry.host}/team/${stack}-${service}@${digest}`);
        }
        expect(await version("web")).toBe("one");
        expect(first.images.find(({ service }) => service === "base")).toMatchObject({ built: false });
    });

    it("leaves nothing of the login behind, and shows neither it nor a build's secret", async () => {
        const log = await rest.log(first.id);
        const web = await containerOf(stack, "web");
        const own = await readFile(join(process.env["DOCKER_CONFIG"] ?? "", "config.json"), "utf8").catch(() => "");

        expect(await loginFiles()).toEqual([]);
        expect(own).not.toContain(registry.host);
        expect(log + server.output()).not.toContain(registry.password);
        expect(await docker("exec", web, "cat", "/secret-length")).toBe(String(secret.length));
        expect(await docker("history", "--no-trunc", await imageOf("web"))).not.toContain(secret);
    });

    it("cannot be deleted while the stack uses it", async () => {
        const { status, body } = await rest.call("DELETE", `/registries/${id}`);

        expect(status).toBe(409);
        expect(JSON.stringify(body)).toContain(stack);
    });

    it("pushes only what changed", async () => {
        const ended = await deploy({ "web/version.txt": "two\n" });
        const log = await rest.log(ended.id);

        expect(ended, log).toMatchObject({ status: "successful" });
        expect(await version("web")).toBe("two");
        expect(log).toContain(`Pushing ${tag("web", ended.commitSha)}`);
        expect(log).toContain(`${tag("api", first.commitSha)} is in the registry already`);
        expect(await registry.digestOf(`team/${stack}-api`, ended.commitSha)).toBeUndefined();
        expect(ended.images.filter(({ built }) => built).map(({ digest }) => typeof digest)).toEqual([
            "string",
            "string",
        ]);
    });

    it("fails with the registry's words where the password is wrong, the stack untouched", async () => {
        const web = await containerOf(stack, "web");
        await rest.call("PUT", `/registries/${id}`, given({ password: "wrong" }));

        const ended = await deploy({ "web/version.txt": "three\n" });

        expect(ended).toMatchObject({ status: "failed", errorCode: "push_failed" });
        expect(ended.error).toMatch(/refuses username or password .*401/);
        expect(await containerOf(stack, "web")).toBe(web);
        expect(await loginFiles()).toEqual([]);
        await rest.call("PUT", `/registries/${id}`, given());
    });

    it("tries again where the registry is down while pushing, then fails, the stack untouched", async () => {
        const web = await containerOf(stack, "web");

        const ended = await deployAndMeanwhile({ "web/version.txt": "four\n" }, () => registry.stop());
        const log = await rest.log(ended.id);

        expect(ended, log).toMatchObject({ status: "failed", errorCode: "push_failed" });
        expect(ended.error).toMatch(/cannot be reached .*connection refused/);
        expect(log.match(/Trying again in/g)).toHaveLength(2);
        expect(await containerOf(stack, "web")).toBe(web);
        expect(await loginFiles()).toEqual([]);
        await registry.start();
    });

    it("goes on where the registry comes back in time", async () => {
        const files = { "web/version.txt": "five\n" };
        const ended = await deployAndMeanwhile(
            files,
            () => registry.stop(),
            async (deployment) => {
                await until(async () => (await rest.log(deployment)).includes("Trying again"));
                await registry.start();
            },
        );

        expect(ended, await rest.log(ended.id)).toMatchObject({ status: "successful" });
        expect(await version("web")).toBe("five");
    });

    it("can be cancelled while the registry hangs", async () => {
        const web = await containerOf(stack, "web");
        const files = { "web/version.txt": "six\n" };
        const ended = await deployAndMeanwhile(
            files,
            () => registry.signal("SIGSTOP"),
            async (deployment) => {
                await until(async () => (await rest.deployment(deployment)).phase === "publishing");
                await rest.call("POST", `/deployments/${deployment}/cancel`);
            },
        );
        registry.signal("SIGCONT");

        expect(ended).toMatchObject({ status: "cancelled" });
        expect(await containerOf(stack, "web")).toBe(web);
        expect(await loginFiles()).toEqual([]);
    });

    it("gets an image that is gone from this machine back by its digest, for a rollback", async () => {
        const old = first.images.find(({ service }) => service === "web")?.imageId ?? "";
        await docker("rmi", "-f", old);

        const { status } = await rest.call("POST", `/deployments/${first.id}/rollback`);
        const [rollback] = await rest.history(stack);
        const ended = await rest.ended(rollback?.id ?? "");
        const log = await rest.log(ended.id);

        expect(status).toBe(202);
        expect(ended, log).toMatchObject({ status: "successful" });
        expect(log).toContain("its registry has it");
        expect(await imageOf("web")).toBe(old);
        expect(await version("web")).toBe("one");
    });

    it("refuses what the engine's builder cannot do", async () => {
        await configure({ platforms: ["linux/amd64", "linux/arm64"] });

        const ended = await deploy({ "web/version.txt": "seven\n" });

        expect(ended).toMatchObject({ status: "failed", errorCode: "not_supported" });
        expect(ended.error).toMatch(/^platforms: the engine's own builder cannot/);
        await configure();
    });

    it("builds with the cache that lies in the pushed images", async () => {
        await configure({ buildCache: "inline" });

        const ended = await deploy({ "web/version.txt": "eight\n" });

        expect(ended, await rest.log(ended.id)).toMatchObject({ status: "successful" });
        expect(await version("web")).toBe("eight");
    });

    /** What another team has put into the registry; nothing of it stays here. */
    async function publishBase(): Promise<void> {
        const config = await mkdtemp(join(tmpdir(), "cicd-docker-"));
        const name = `${registry.host}/team/base:1`;
        const auth = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
        await writeFile(join(config, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
        await docker("tag", "cicd/busybox:1", name);
        await docker("--config", config, "push", name);
        await docker("rmi", name);
        await rm(config, { recursive: true });
    }
});
