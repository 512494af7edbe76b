import { existsSync } from "node:fs";
import { chown, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeployTarget } from "../../common/schema/deploy-target.ts";
import type { Deployment } from "../../common/schema/deployment.ts";
import { Registry } from "../../common/schema/registry.ts";
import { type CommandLines, watchCommandLines } from "../support/command-lines.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { type RemoteHost, startRemoteHost } from "../support/remote-host.ts";
import { addTarget, remoteAnswer, remoteContainer, removeRemoteStack } from "../support/remote-stack.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { type SecureRegistry, startSecureRegistry } from "../support/secure-registry.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { findSshd } from "../support/ssh-server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const sshd = await findSshd();
const published = `ssh-published-${process.pid}`;
const sent = `ssh-sent-${process.pid}`;
const raised = `ssh-raised-${process.pid}`;
/** The id of the user `guest` over there. */
const guest = 64_003;
const sleeps = 'FROM cicd/busybox:1\nCOPY www /www\nCMD ["sleep", "1000"]\n';

/**
 * Stacks on a machine over SSH, whose user is no more than a member of the group docker; each step stands on the one
 * before.
 */
describe.skipIf(sshd === undefined)("a stack on a machine over SSH whose images come from a registry", () => {
    const cleanings: (() => Promise<unknown>)[] = [];
    let host: RemoteHost;
    let registry: SecureRegistry;
    let server: TestServer;
    let rest: Rest;
    let target: DeployTarget;
    let repository: WorkRepository;
    let commands: CommandLines["seen"];
    let first: Deployment;
    let second: Deployment;

    async function deploy(stack: string, files: Readonly<Record<string, string>>): Promise<Deployment> {
        await repository.commit(files, "change");
        return rest.ended((await rest.deploy(stack)).id);
    }

    async function rollBack(to: Deployment): Promise<Deployment> {
        await rest.call("POST", `/deployments/${to.id}/rollback`);
        const [rollback] = await rest.history(to.stackId);
        return rest.ended(rollback?.id ?? "");
    }

    const imageOf = ({ images }: Deployment, service: string) => images.find((image) => image.service === service);
    const imageThere = async (service: string) =>
        host.docker("inspect", "-f", "{{.Image}}", await remoteContainer(host, published, service));

    /** Every file over there that is the stack's or ours, with the time of its last change. */
    async function filesThere(): Promise<Readonly<Record<string, number>>> {
        const names = (await readdir(host.stacks, { recursive: true })).sort();
        const times = names.map(async (name) => [name, (await stat(join(host.stacks, name))).mtimeMs] as const);
        return Object.fromEntries(await Promise.all(times));
    }

    beforeAll(async () => {
        host = await startRemoteHost();
        cleanings.push(() => host.close());
        registry = await startSecureRegistry(await freePort());
        cleanings.push(() => registry.remove());
        await registry.trust();
        cleanings.push(
            () => removeImages(docker),
            () => removeImages(host.docker),
        );
        repository = await createWorkRepository();
        cleanings.push(() => repository.remove());
        for (const stack of [published, sent, raised]) {
            cleanings.push(
                () => removeStack(stack),
                () => removeRemoteStack(host, stack),
            );
        }
        server = await startServer();
        cleanings.push(() => server.stop());
        rest = createRest(server);
        target = await addTarget(rest, host, { name: "second", user: "deployer" });
        await repository.commit({ "README.md": "app\n" }, "start");
    });

    afterAll(async () => {
        const failures: unknown[] = [];
        for (const clean of cleanings.reverse()) {
            await clean().catch((error: unknown) => failures.push(error));
        }
        expect(failures).toEqual([]);
    });

    /** By name, with those that have no other name than their digest. */
    async function removeImages(engine: typeof docker): Promise<void> {
        const format = ["--digests", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}"];
        for (const pattern of [`${registry.host}/team/*`, `*${published}*`, `*${sent}*`, `*${raised}*`]) {
            const lines = (await engine("images", ...format, "--filter", `reference=${pattern}`)).split("\n");
            for (const [name = "", tag = "", digest = ""] of lines.filter(Boolean).map((line) => line.split(" "))) {
                await engine("rmi", tag === "<none>" ? `${name}@${digest}` : `${name}:${tag}`).catch(() => undefined);
            }
        }
    }

    it("is pushed here, and pulled there by its digests: no image is sent", async () => {
        const added = await rest.call("POST", "/registries", {
            name: "Own",
            url: `${registry.host}/team`,
            username: registry.username,
            password: registry.password,
            allowPrivateHost: true,
        });
        await rest.connect(
            published,
            { url: repository.url, branch: "main" },
            { targetIds: [target.id], registryId: Registry.parse(added.body).id },
        );

        const watched = watchCommandLines();
        cleanings.push(() => watched.stop());
        first = await deploy(published, sampleApp({ port: await freePort(), version: "one" }));
        await watched.stop();
        commands = watched.seen;

        const log = await rest.log(first.id);
        expect(first, log).toMatchObject({ status: "successful" });
        expect(await remoteAnswer(host, published)).toBe("one");
        expect(await containerOf(published, "web")).toBe("");
        expect(log).not.toMatch(/Sending .* to second|this machine/);
        for (const service of ["web", "api"]) {
            const digest = await registry.digestOf(`team/${published}-${service}`, first.commitSha);
            const name = `${registry.host}/team/${published}-${service}`;
            expect(imageOf(first, service)?.digest).toBe(`${name}@${digest}`);
            expect(log).toContain(`${name}@${digest}`);
            expect(await imageThere(service)).toBe(imageOf(first, service)?.imageId);
        }
    });

    it("leaves nothing of the login over there", async () => {
        const homes = [join(dirname(host.stacks), "home"), "/root"];
        const own = join(host.stacks, ".cicd");
        const encoded = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
        const isTold = (text: string): boolean => text.includes(registry.password) || text.includes(encoded);

        for (const home of homes) {
            const config = join(home, ".docker/config.json");
            expect(existsSync(config) && (await readFile(config, "utf8")).includes(registry.host)).toBe(false);
        }
        expect((await readdir(own)).filter((name) => name !== "locks")).toEqual([]);
        for (const name of Object.keys(await filesThere())) {
            const path = join(host.stacks, name);
            expect((await stat(path)).isFile() && isTold(await readFile(path, "utf8")), name).toBe(false);
        }
        expect([...commands].some((line) => line.includes(published))).toBe(true);
        expect([...commands].filter(isTold)).toEqual([]);
        expect(isTold((await rest.log(first.id)) + server.output() + host.log())).toBe(false);
    });

    it("has only the service recreated whose image changed", async () => {
        const api = await remoteContainer(host, published, "api");

        second = await deploy(published, { "web/www/index.html": "two\n" });

        expect(second, await rest.log(second.id)).toMatchObject({ status: "successful" });
        expect(await remoteAnswer(host, published)).toBe("two");
        expect(await remoteContainer(host, published, "api")).toBe(api);
    });

    it("has an unhealthy release rolled back over there", async () => {
        const ended = await deploy(published, { "web/Dockerfile": sleeps });

        expect(ended, await rest.log(ended.id)).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(ended.machines).toMatchObject([{ id: target.id, name: "second", state: "restored" }]);
        expect(await remoteAnswer(host, published)).toBe("two");
    });

    it("is not touched over there where the registry is down while pushing", async () => {
        const [web, files] = [await remoteContainer(host, published, "web"), await filesThere()];
        await registry.stop();

        const ended = await deploy(published, sampleApp({ port: await freePort(), version: "three" }));
        await registry.start();

        expect(ended, await rest.log(ended.id)).toMatchObject({ status: "failed", errorCode: "push_failed" });
        expect(ended.error).toMatch(/cannot be reached .*connection refused/);
        expect(await remoteContainer(host, published, "web")).toBe(web);
        expect(await filesThere()).toEqual(files);
    });

    it("is not touched over there where the registry is down while pulling", async () => {
        const web = await remoteContainer(host, published, "web");
        const lock = join(host.stacks, ".cicd", `${published}.lock`);
        const now = Math.floor(Date.now() / 1000);
        await repository.commit(sampleApp({ port: await freePort(), version: "four" }), "change");
        // Held by another server, so that there is time between the push and the pull.
        await writeFile(lock, `other\n${now}\n${now + 600}\n{"owner":"other","reason":"a test"}\n`);

        const { id } = await rest.deploy(published);
        await followLog(server, id, (line) => line.includes("holds this stack there"));
        await registry.stop();
        await rm(lock);
        const ended = await rest.ended(id);
        await registry.start();

        const log = await rest.log(id);
        expect(ended, log).toMatchObject({ status: "failed", errorCode: "pull_failed" });
        expect(ended.error).toMatch(/connection refused/);
        expect(log).toMatch(/Pushed|digest: sha256/);
        expect(await remoteContainer(host, published, "web")).toBe(web);
        expect(await remoteAnswer(host, published)).toBe("two");
    });

    it("has an image that is gone over there pulled by its digest, for a rollback by hand", async () => {
        const old = imageOf(first, "web");
        await host.docker("rmi", "-f", old?.imageId ?? "");

        const ended = await rollBack(first);

        const log = await rest.log(ended.id);
        expect(ended, log).toMatchObject({ status: "successful" });
        expect(log).toContain("its registry has it");
        expect(log).not.toMatch(/Sending .* to second/);
        expect(await imageThere("web")).toBe(old?.imageId);
        expect(await remoteAnswer(host, published)).toBe("one");
    });

    it("has an image that is gone here as well pulled over there, and not rebuilt", async () => {
        const old = imageOf(second, "web");
        await host.docker("rmi", "-f", old?.imageId ?? "");
        await docker("rmi", "-f", old?.imageId ?? "");

        const ended = await rollBack(second);

        const log = await rest.log(ended.id);
        expect(ended, log).toMatchObject({ status: "successful" });
        expect(log).toContain("its registry has it");
        expect(log).not.toContain("rebuilt");
        expect(await imageThere("web")).toBe(old?.imageId);
        expect(await remoteAnswer(host, published)).toBe("two");
    });

    it("has an image that is gone everywhere rebuilt from its commit and sent, where there is no registry", async () => {
        const app = sampleApp({ port: await freePort(), version: "one" });
        await rest.connect(sent, { url: repository.url, branch: "main" }, { targetIds: [target.id] });
        const one = await deploy(sent, app);
        const two = await deploy(sent, { "web/www/index.html": "two\n" });
        expect([one.status, two.status]).toEqual(["successful", "successful"]);
        const old = imageOf(one, "web")?.image ?? "";
        await host.docker("rmi", old);
        await docker("rmi", old);

        const ended = await rollBack(one);

        const log = await rest.log(ended.id);
        expect(ended, log).toMatchObject({ status: "successful" });
        expect(ended.note).toContain(`web: rebuilt from ${one.commitSha.slice(0, 7)}`);
        expect(log).toContain(`second has ${old} now`);
        expect(await remoteAnswer(host, sent)).toBe("one");
        const running = await remoteContainer(host, sent, "web");
        expect(await host.docker("inspect", "-f", "{{.Config.Image}}", running)).toBe(old);
    });

    it("is deployed through sudo by a user who may not use Docker", async () => {
        await host.allowSudo();
        const stacksDirectory = join(host.stacks, "own");
        await mkdir(stacksDirectory);
        await chown(stacksDirectory, guest, guest);
        const fields = { sudo: true, stacksDirectory };
        const other = await addTarget(rest, host, { name: "sudo", user: "guest", fields });
        const config = { targetIds: [other.id] };
        await rest.connect(raised, { url: repository.url, branch: "main" }, config);
        const tested = await rest.call("POST", `/targets/${other.id}/test`);
        expect(tested).toMatchObject({ status: 200, body: { ok: true, user: "root" } });

        const one = await deploy(raised, sampleApp({ port: await freePort(), version: "one" }));
        const two = await deploy(raised, { "web/www/index.html": "two\n" });

        expect(one, await rest.log(one.id)).toMatchObject({ status: "successful" });
        expect(two, await rest.log(two.id)).toMatchObject({ status: "successful" });
        expect(await remoteAnswer(host, raised)).toBe("two");
        expect((await stat(join(stacksDirectory, raised, "compose.yaml"))).uid).toBe(guest);
    });
});
