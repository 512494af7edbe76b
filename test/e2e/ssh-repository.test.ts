import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeployKey } from "../../common/schema/discovery.ts";
import { GitRepository } from "../../common/schema/git-repository.ts";
import { watchCommandLines } from "../support/command-lines.ts";
import { removeStack } from "../support/docker.ts";
import { folderContents } from "../support/folder-contents.ts";
import { isGone } from "../support/process-gone.ts";
import { processesWith } from "../support/processes.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, smallApp } from "../support/small-app.ts";
import { type MadeKey, makeSshKey } from "../support/ssh-keys.ts";
import { findSshd, pathWith, type SshServer, startSshServer } from "../support/ssh-server.ts";
import { until } from "../support/until.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const sshd = await findSshd();
const stack = `ssh-${process.pid}`;
const path = `/stacks/${stack}/repository`;
const passphrase = "correct horse $battery%staple";

describe.skipIf(sshd === undefined)("a private repository over SSH", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let git: SshServer;
    let port: number;
    let pasted: MadeKey;
    /** What the first connection answered. */
    let connected: GitRepository;
    const answers: string[] = [];

    beforeAll(async () => {
        if (sshd === undefined) {
            throw new Error("there is no sshd");
        }
        server = await startServer({ CICD_ALLOW_FILE_GIT: "false", PATH: pathWith(sshd) });
        const plain = createRest(server);
        rest = { ...plain, call: async (...given) => noted(await plain.call(...given)) };
        repository = await createWorkRepository();
        git = await startSshServer(sshd, dirname(repository.bareDirectory));
        port = await freePort();
        pasted = await makeSshKey(["-t", "rsa", "-b", "2048", "-m", "PEM"], { passphrase, path: pathWith(sshd) });
        await repository.commit(smallApp({ port, version: "one" }), "one");
    });

    afterAll(async () => {
        await server.stop();
        await git.close();
        await removeStack(stack);
        await repository.remove();
    });

    function noted<T>(answer: T): T {
        answers.push(JSON.stringify(answer));
        return answer;
    }

    function connect(fields: object = {}) {
        return rest.call("PUT", path, { url: git.url("app.git"), branch: "main", authType: "ssh_key", ...fields });
    }

    async function shown(): Promise<unknown> {
        return (await rest.call("GET", path)).body;
    }

    async function publish(version: string): Promise<string> {
        return repository.commit(smallApp({ port, version }), version);
    }

    async function deployed() {
        return rest.ended((await rest.deploy(stack)).id);
    }

    async function pushed(commit: string) {
        const sent = await rest.push(connected, { ref: "refs/heads/main", commit });
        expect(sent).toMatchObject({ status: 202, verdict: "queued" });
        return rest.ended(sent.deploymentIds?.[0] ?? "");
    }

    it("is connected with a key that is made, before the git server knows it", async () => {
        connected = await rest.connect(stack, { url: git.url("app.git"), branch: "main", authType: "ssh_key" });

        expect(connected.publicKey).toMatch(new RegExp(`^ssh-ed25519 AAAA\\S+ dockge-cicd ${stack}$`));
        expect(connected).toMatchObject({ hasCredentials: true, hostKeyFingerprint: await git.fingerprint() });
        expect(await shown()).toMatchObject({ publicKey: connected.publicKey });
        const test = await rest.call("POST", `${path}/test`, {});
        expect(test).toMatchObject({ status: 400, body: { error: { details: { errorCode: "auth_failed" } } } });
        expect(JSON.stringify(test.body)).toContain("register its public half");
    });

    it("goes live and healthy by a push once the key is registered", async () => {
        await git.authorize(connected.publicKey ?? "");
        expect(await rest.call("POST", `${path}/test`, {})).toMatchObject({
            status: 200,
            body: { ok: true, branches: ["main"], composePaths: ["compose.yaml"] },
        });

        expect(await pushed(await publish("two"))).toMatchObject({ status: "successful", triggeredBy: "webhook" });
        expect(await answerOn(port)).toBe("two");
    });

    it.each([
        ["what is no key", { privateKey: "hello" }, /credentials\.privateKey: is not a whole private key/],
        ["a locked key without passphrase", {}, /credentials\.passphrase: is missing/],
        ["a wrong passphrase", { passphrase: "wrong" }, /credentials\.passphrase: does not open the key/],
        ["a key that the server does not know", { passphrase }, /credentials: the git server refused the SSH key/],
    ])("is not changed by %s", async (_what, given, message) => {
        const answer = await connect({ credentials: { privateKey: pasted.privateKey, ...given } });

        expect(answer).toMatchObject({ status: 400, body: { error: { code: "invalid" } } });
        expect(JSON.stringify(answer.body)).toMatch(message);
        expect(await shown()).toMatchObject({ publicKey: connected.publicKey });
    });

    it("is reached with a pasted key of one's own; no command line ever holds it or its passphrase", async () => {
        await git.authorize(pasted.publicKey);
        const watch = watchCommandLines();
        const privateKey = pasted.privateKey.replaceAll("\n", "\r\n").trim();
        expect(await connect({ credentials: { privateKey, passphrase } })).toMatchObject({
            status: 200,
            body: { publicKey: `${pasted.publicKey} dockge-cicd ${stack}` },
        });
        await publish("three");

        expect(await deployed()).toMatchObject({ status: "successful" });

        await watch.stop();
        expect(await answerOn(port)).toBe("three");
        expect([...watch.seen].filter((line) => line.includes("ssh -F config")).length).toBeGreaterThan(0);
        for (const secret of secretsOf(pasted)) {
            expect([...watch.seen].filter((line) => line.includes(secret))).toEqual([]);
        }
    });

    it("stops at another host key, leaves the stack alone, and goes on once the key is accepted", async () => {
        const before = await git.fingerprint();
        const offered = await git.changeHostKey();

        const failed = await pushed(await publish("four"));

        expect(failed).toMatchObject({ status: "failed", errorCode: "host_key_changed" });
        expect(failed.error).toContain(offered);
        expect(failed.error).toContain("Accept the new key");
        expect(await answerOn(port)).toBe("three");
        const test = await rest.call("POST", `${path}/test`, {});
        expect(test).toMatchObject({
            status: 409,
            body: { error: { details: { errorCode: "host_key_changed", pinned: before, offered } } },
        });
        const wrong = await rest.call("POST", `${path}/host-key`, { fingerprint: before });
        expect(wrong).toMatchObject({
            status: 409,
            body: { error: { details: { errorCode: "host_key_changed", pinned: before, offered } } },
        });
        expect(await shown()).toMatchObject({ hostKeyFingerprint: before });

        const accepted = await rest.call("POST", `${path}/host-key`, { fingerprint: offered });

        expect(accepted).toMatchObject({ status: 200, body: { hostKeyFingerprint: offered } });
        expect(await deployed()).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("four");
    });

    it("gets another key by null, which has to be registered first", async () => {
        const before = (await readdir(keysDirectory())).length;
        const rotated = await connect({ credentials: null });
        expect(rotated).toMatchObject({ status: 200 });
        const { publicKey } = GitRepository.parse(await shown());
        expect(publicKey).not.toBe(connected.publicKey);
        await publish("five");

        expect(await deployed()).toMatchObject({ status: "failed", errorCode: "auth_failed" });
        await git.authorize(publicKey ?? "");
        expect(await deployed()).toMatchObject({ status: "successful" });

        expect(await answerOn(port)).toBe("five");
        expect(await readdir(keysDirectory())).toHaveLength(before);
    });

    it("leaves no agent behind, also when the server is killed while it fetches", async () => {
        await publish("six");
        await git.hold();
        const { id } = await rest.deploy(stack);
        await until(async () => (await agentsOf(id)).length === 1);
        const [agent = 0] = await agentsOf(id);
        expect(isGone(agent)).toBe(false);

        await server.kill();

        await until(() => isGone(agent));
        await git.letGo();
        await server.start();
        expect(await createRest(server).ended(id)).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("six");
        expect(await processesWith(`CICD_DEPLOYMENT_ID=${id}`)).toEqual([]);
        expect((await readdir(join(server.dataDirectory, "cicd/repos/.private"))).sort()).toEqual([
            "agent.sh",
            "askpass.sh",
            "home",
            "passphrase.sh",
            "ssh.sh",
        ]);
    });

    it("leaves the key nowhere in clear: not on disk, in no log, in no answer", async () => {
        for (const row of await rest.history(stack)) {
            answers.push(await rest.log(row.id));
        }
        const disk = await folderContents(dirname(server.dataDirectory));
        expect([...disk.keys()]).toContain("data/dockge.db");
        expect([...disk.keys()].filter((name) => name.startsWith("data/cicd/ssh/"))).toHaveLength(1);
        for (const secret of [...secretsOf(pasted), "PRIVATE KEY"]) {
            expect([...disk].filter(([, text]) => text.includes(secret)).map(([name]) => name)).toEqual([]);
            // The one answer that names the form of a key tells how it begins, not one.
            expect(answers.filter((answer) => answer.replace("… PRIVATE KEY", "").includes(secret))).toEqual([]);
            expect(server.output()).not.toContain(secret);
        }
    });

    it("forgets its key at once when it is disconnected", async () => {
        expect(await rest.call("DELETE", path)).toMatchObject({ status: 200 });
        expect(await readdir(keysDirectory())).toEqual([]);
    });

    it("is discovered, and connected, with a key that is made before anything is saved", async () => {
        const found = `${stack}-found`;
        const { keyId, publicKey } = DeployKey.parse((await rest.call("POST", "/repositories/keys")).body);
        const access = { url: git.url("app.git"), keyId };
        const unknown = await rest.call("POST", "/repositories/discover", access);
        expect(unknown).toMatchObject({ status: 400, body: { error: { details: { errorCode: "auth_failed" } } } });
        await git.authorize(publicKey);

        const discovered = await rest.call("POST", "/repositories/discover", access);
        expect(discovered).toMatchObject({ status: 200, body: { folders: [{ composePath: "compose.yaml" }] } });
        const stacks = [{ stack: found, composePath: "compose.yaml" }];
        const answer = await rest.call("POST", "/repositories/connect", { ...access, branch: "main", stacks });
        expect(answer).toMatchObject({ status: 200, body: { stacks: [{ stack: found, ok: true }] } });

        const own = `/stacks/${found}/repository`;
        expect(await rest.call("POST", `${own}/test`, {})).toMatchObject({ status: 200, body: { ok: true } });
        const shownKey = GitRepository.parse((await rest.call("GET", own)).body).publicKey ?? "";
        expect(shownKey.split(" ")[1]).toBe(publicKey.split(" ")[1]);
        expect(await rest.call("DELETE", own)).toMatchObject({ status: 200 });
    });

    function keysDirectory(): string {
        return join(server.dataDirectory, "cicd/ssh");
    }
});

/** Pieces of a key and its passphrase, as they would stand in a file, a log or a command line. */
function secretsOf({ privateKey }: MadeKey): readonly string[] {
    const lines = privateKey.split("\n").filter((line) => line.length > 40 && !line.includes("-----"));
    return [...lines.slice(0, 3), passphrase, Buffer.from(passphrase).toString("base64").replaceAll("=", "")];
}

/** A deployment's ssh-agents: children of a process with its mark, because an agent hides its own environment. */
async function agentsOf(deploymentId: string): Promise<readonly number[]> {
    const marked = await processesWith(`CICD_DEPLOYMENT_ID=${deploymentId}`);
    const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const stats = await Promise.all(names.map((name) => readFile(`/proc/${name}/stat`, "utf8").catch(() => "")));
    return stats.flatMap((stat) => {
        const [, id, name, parent] = /^(\d+) \((.*)\) \S (\d+)/.exec(stat) ?? [];
        return name === "ssh-agent" && marked.includes(Number(parent)) ? [Number(id)] : [];
    });
}
