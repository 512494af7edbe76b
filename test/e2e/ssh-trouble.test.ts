import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { sshFingerprint } from "../../backend/platform/crypto/ssh-fingerprint.ts";
import type { DeployTarget } from "../../common/schema/deploy-target.ts";
import type { Deployment } from "../../common/schema/deployment.ts";
import { createCleanings } from "../support/cleanings.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { startRelay } from "../support/relay.ts";
import { type RemoteHost, startRemoteHost } from "../support/remote-host.ts";
import { addTarget, remoteAnswer, remoteContainer, removeRemoteStack } from "../support/remote-stack.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { idleService, smallApp } from "../support/small-app.ts";
import { findSshd } from "../support/ssh-server.ts";
import { createWorkRepository } from "../support/work-repository.ts";

const sshd = await findSshd();

/** Notes the wish to stop, and heeds it when it is let go: replacing it takes until then. */
const stubborn = (version: string): string =>
    `services:\n  web:\n    image: cicd/busybox:1\n    stop_grace_period: 60s\n    volumes: ["kept:/kept"]\n` +
    `    command: ["sh", "-c", "trap 'echo asked to stop; touch /asked' TERM; echo ${version}; ` +
    `until [ -e /asked ] && [ -e /kept/go ]; do sleep 0.1; done"]\nvolumes:\n  kept: {}\n`;

describe.skipIf(sshd === undefined)("a deployment over SSH", () => {
    let server: TestServer;
    let rest: Rest;
    let host: RemoteHost;
    let target: DeployTarget;
    /** How many stacks there were: a test that is tried once more has another one, and other names beside it. */
    let made = 0;
    const afterOne = createCleanings();
    const afterEverything = createCleanings();

    beforeAll(async () => {
        host = await startRemoteHost();
        afterEverything.add(() => host.close());
        // A line that is dead is to be noticed soon.
        server = await startServer({ CICD_SSH_KEEPALIVE_SECONDS: "2" });
        afterEverything.add(() => server.stop());
        rest = createRest(server);
        target = await addTarget(rest, host, { name: "second" });
    });

    afterEach(() => afterOne.run());

    afterAll(() => afterEverything.run());

    /** The second host by a line that can be cut. */
    async function relayed() {
        const relay = await startRelay({ host: host.address, port: host.port });
        afterOne.add(() => relay.close());
        const name = `relayed ${made}`;
        const { id } = await addTarget(rest, host, { name, fields: { host: "127.0.0.1", port: relay.port } });
        return { relay, name, config: { targetIds: [id] } };
    }

    /** Takes as long as the test has at most. */
    async function stopDeploying(by: Rest, id: string): Promise<void> {
        await by.call("POST", `/deployments/${id}/cancel`);
        await by.ended(id);
    }

    /** A stack of its own on the second host, or on the machines that are named. */
    async function stackOf(name: string, config: object = {}, by: Rest = rest) {
        made += 1;
        const stack = `ssh-${name}-${process.pid}-${made}`;
        afterEverything.add(() => removeStack(stack));
        afterEverything.add(() => removeRemoteStack(host, stack));
        const repository = await createWorkRepository();
        afterEverything.add(() => repository.remove());
        await repository.commit({ "README.md": "app\n" }, "start");
        await by.connect(stack, { url: repository.url, branch: "main" }, { targetIds: [target.id], ...config });
        async function begin(files: Readonly<Record<string, string>>): Promise<Deployment> {
            await repository.commit(files, "change");
            const begun = await by.deploy(stack);
            afterOne.add(() => stopDeploying(by, begun.id));
            return begun;
        }
        const deploy = async (files: Readonly<Record<string, string>>) => by.ended((await begin(files)).id);
        return { stack, repository, begin, deploy };
    }

    /** Resolves when a stubborn container is being replaced; what it resolves with lets it go, and all later ones. */
    async function replacing(container: string) {
        await expect.poll(() => host.docker("logs", container), { timeout: 60_000 }).toContain("asked to stop");
        return () => host.docker("exec", container, "touch", "/kept/go");
    }

    it("never takes a container's name from somebody else, and touches nothing then", async () => {
        const { stack, deploy } = await stackOf("conflict");
        const name = `${stack}-foreign`;
        afterOne.add(() => host.docker("rm", "-f", name));
        const label = "com.docker.compose.project=somebody-elses";
        const foreign = await host.docker(
            ...["run", "-d", "--name", name, "--label", label],
            ...["cicd/busybox:1", "sleep", "1000"],
        );
        const compose = `services:\n${idleService("web", `    container_name: ${name}\n`)}`;

        const ended = await deploy({ "compose.yaml": compose });

        expect(ended).toMatchObject({ status: "failed", errorCode: "name_taken" });
        expect(ended.error).toContain(name);
        expect(await host.docker("inspect", "-f", "{{.State.Running}}", foreign)).toBe("true");
        expect(await remoteContainer(host, stack, "web")).toBe("");
    });

    it("takes a fixed name back from its own earlier container", async () => {
        const { stack, deploy } = await stackOf("own-name");
        const name = `${stack}-own`;
        const compose = (more: string): string =>
            `services:\n${idleService("web", `    container_name: ${name}\n${more}`)}`;
        expect(await deploy({ "compose.yaml": compose("") })).toMatchObject({ status: "successful" });

        expect(await deploy({ "compose.yaml": compose("    environment: { A: b }\n") })).toMatchObject({
            status: "successful",
        });
        expect(await host.docker("inspect", "-f", "{{.Id}}", name)).toBe(await remoteContainer(host, stack, "web"));
    });

    it("says that its key is not let in", async () => {
        const locked = await addTarget(rest, host, { name: `locked ${made}`, user: "guest" });
        const { deploy } = await stackOf("wrong-key", { targetIds: [locked.id] });
        await host.authorize(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKmU2oNnxmVjn8gNHbsoHdKpGLcEQWNvsK3OYFVfYHlB",
            "guest",
        );

        const ended = await deploy(smallApp({ port: await freePort(), version: "one" }));

        expect(ended).toMatchObject({ status: "failed", errorCode: "auth_failed" });
        expect(ended.error).toContain("authorized_keys");
    });

    it("survives a connection that breaks while files are copied", async () => {
        const { relay, name, config } = await relayed();
        const { stack, begin, deploy } = await stackOf("cut-copy", config);
        const port = await freePort();
        const many = (text: string) =>
            Object.fromEntries(
                Array.from({ length: 60 }, (_, at) => [`many/${at}.txt`, `${text} ${"x".repeat(300_000)}`]),
            );
        await deploy({ ...smallApp({ port, version: "one" }), ...many("one") });
        const folder = join(host.stacks, stack, "many");
        const isNew = async (file: string): Promise<boolean> =>
            (await readFile(join(folder, file), "utf8")).startsWith("two");
        const copied = async () => (await Promise.all((await readdir(folder)).map(isNew))).filter(Boolean).length;

        // Two thirds of what there is to copy.
        relay.cutAfter(12_000_000);
        const { id } = await begin({ ...smallApp({ port, version: "two" }), ...many("two") });
        await followLog(server, id, (line) => line.includes(`Waiting for ${name}`));
        expect(await copied()).toBeGreaterThan(0);
        expect(await copied()).toBeLessThan(60);
        relay.mend();

        expect(await rest.ended(id)).toMatchObject({ status: "successful" });
        expect(await remoteAnswer(host, stack)).toBe("two");
        expect(await copied()).toBe(60);
        expect(await readdir(folder)).toHaveLength(60);
    });

    it("survives a connection that breaks while containers are replaced", async () => {
        const { relay, config } = await relayed();
        const { stack, begin, deploy } = await stackOf("cut-up", config);
        await deploy({ "compose.yaml": stubborn("one") });
        const before = await remoteContainer(host, stack, "web");

        const { id } = await begin({ "compose.yaml": stubborn("two") });
        const letGo = await replacing(before);
        relay.cut();
        await letGo();
        // The command over there does not end with the connection: it is done when nobody can hear of it.
        await expect
            .poll(async () => (await remoteContainer(host, stack, "web")).split("\n"), { timeout: 30_000 })
            .not.toContain(before);
        relay.mend();
        const ended = await rest.ended(id);

        expect(ended).toMatchObject({ status: "successful" });
        const after = await remoteContainer(host, stack, "web");
        expect(after).toMatch(/^[0-9a-f]{64}$/);
        expect(await host.docker("logs", after)).toBe("two");
        // What a command leaves there is removed behind its result, which does not wait for it.
        await expect.poll(() => readdir(join(host.stacks, ".cicd")), { timeout: 10_000 }).not.toContain(id);
    });

    it("waits for another server that deploys the same stack there", async () => {
        const other = await startServer();
        afterOne.add(() => other.stop());
        const otherRest = createRest(other);
        const { stack, begin, deploy, repository } = await stackOf("two-servers");
        const otherTarget = await addTarget(otherRest, host, { name: "the same machine" });
        await otherRest.connect(stack, { url: repository.url, branch: "main" }, { targetIds: [otherTarget.id] });
        await deploy({ "compose.yaml": stubborn("one") });
        const before = await remoteContainer(host, stack, "web");

        const first = await begin({ "compose.yaml": stubborn("two") });
        const letGo = await replacing(before);
        const second = await otherRest.deploy(stack);
        afterOne.add(() => stopDeploying(otherRest, second.id));
        await followLog(other, second.id, (line) => line.includes("holds this stack there"));
        await letGo();
        const [a, b] = await Promise.all([rest.ended(first.id), otherRest.ended(second.id)]);

        expect([a.status, b.status]).toEqual(["successful", "successful"]);
    });

    it("leaves what runs alone where the disk over there is full", async () => {
        const tiny = join(host.stacks, `tiny-${process.pid}-${made}`);
        await host.mountDisk(tiny, 256);
        const full = await addTarget(rest, host, { name: `tiny ${made}`, fields: { stacksDirectory: tiny } });
        const { stack, deploy } = await stackOf("disk-full", { targetIds: [full.id] });
        const port = await freePort();
        expect(await deploy(smallApp({ port, version: "one" }))).toMatchObject({ status: "successful" });

        const ended = await deploy({ ...smallApp({ port, version: "two" }), "large.bin": "x".repeat(600_000) });

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "disk_full" });
        expect(await remoteAnswer(host, stack)).toBe("one");
    });

    it("goes to several machines in turn, and back on all of them where the second fails", async () => {
        const { stack, deploy } = await stackOf("in-turn", { targetIds: ["local", target.id] });
        const compose = (version: string): string =>
            `services:\n  web:\n    image: cicd/busybox:1\n    init: true\n    stop_grace_period: 1s\n` +
            `    command: ["sh", "-c", "echo ${version}; exec sleep 1000"]\n` +
            `    healthcheck:\n      test: ["CMD-SHELL", "[ $\${MODE} = good ] || [ ${version} = one ]"]\n` +
            "      interval: 1s\n      retries: 1\n" +
            "    environment:\n      MODE: ${MODE:-good}\n";
        const first = await deploy({ "compose.yaml": compose("one") });
        expect(first).toMatchObject({ status: "successful" });
        expect(first.machines.map(({ state }) => state)).toEqual(["done", "done"]);
        await writeFile(join(host.stacks, stack, ".env"), "MODE=bad\n");

        const ended = await deploy({ "compose.yaml": compose("two") });

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(ended.machines.map(({ state }) => state)).toEqual(["restored", "restored"]);
        expect(await docker("logs", await containerOf(stack, "web"))).toBe("one");
        expect(await host.docker("logs", await remoteContainer(host, stack, "web"))).toBe("one");
    });

    it("brings the stack's .env along, and leaves one alone that was edited over there", async () => {
        const { stack, deploy } = await stackOf("env");
        const compose = (extra: string): string =>
            `services:\n${idleService("web", `    environment: { WHO: "\${WHO:-nobody}"${extra} }\n`)}`;
        const who = async () => host.docker("exec", await remoteContainer(host, stack, "web"), "sh", "-c", "echo $WHO");
        await writeFile(join(server.stacksDirectory, stack, ".env"), "WHO=here\n");
        expect(await deploy({ "compose.yaml": compose("") })).toMatchObject({ status: "successful" });
        expect(await who()).toBe("here");
        await writeFile(join(host.stacks, stack, ".env"), "WHO=there\n");
        await writeFile(join(server.stacksDirectory, stack, ".env"), "WHO=here-again\n");

        expect(await deploy({ "compose.yaml": compose(", A: b") })).toMatchObject({ status: "successful" });
        expect(await who()).toBe("there");
    });

    it("is refused where the host shows another key, until that is accepted", async () => {
        // What it is done to is no other test's machine.
        const keyed = await addTarget(rest, host, { name: `keyed ${made}` });
        const { stack, deploy } = await stackOf("host-key", { targetIds: [keyed.id] });
        const port = await freePort();
        expect(await deploy(smallApp({ port, version: "one" }))).toMatchObject({ status: "successful" });
        await host.changeHostKey();
        // A connection that is open already has seen the right one.
        await server.kill();
        await server.start();

        const refused = await deploy(smallApp({ port, version: "two" }));

        expect(refused).toMatchObject({ status: "failed", errorCode: "host_key_changed" });
        expect(await remoteAnswer(host, stack)).toBe("one");
        const fingerprint = sshFingerprint(await host.hostKey());
        const accepted = await rest.call("POST", `/targets/${keyed.id}/host-key`, { fingerprint });
        expect(accepted.status).toBe(200);
        expect(await deploy(smallApp({ port, version: "three" }))).toMatchObject({ status: "successful" });
        expect(await remoteAnswer(host, stack)).toBe("three");
    });
});
