import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { compose, containerOf, docker, removeStack } from "../support/docker.ts";
import { startGitServer } from "../support/git-server.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sendWebhook, type SentAnswer } from "../support/send-webhook.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { idleService } from "../support/small-app.ts";
import { githubRequest } from "../support/webhook-request.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const folders = Array.from({ length: 10 }, (_, index) => `s${index + 1}`);
const secret = "one hook for all of them";
const publicAddress = "https://forge.example/me/mono.git";
const zeros = "0".repeat(40);

function stackOf(folder: string): string {
    return `mono-${folder}-${process.pid}`;
}

function idle(version: string): string {
    return `services:\n${idleService("web", `    labels: {version: "${version}"}\n`)}`;
}

/** Ten stacks in the folders of one repository, with one hook; each step stands on the one before. */
describe("a repository of many stacks", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let hook: GitRepository;
    let head: string;
    const stacks = new Set<string>();

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        const files = Object.fromEntries(folders.map((folder) => [`${folder}/compose.yaml`, idle("1")]));
        head = await repository.commit({ ...files, "lib/version.txt": "1\n", "README.md": "all\n" }, "start");
        hook = await connect("s1", { provider: "github", aliases: [publicAddress] });
        for (const folder of folders.slice(1)) {
            await connect(folder);
        }
    });

    afterAll(async () => {
        await server.stop();
        await Promise.all([...stacks].map(removeStack));
        await repository.remove();
    });

    async function connect(folder: string, more: object = {}, config: object = {}): Promise<GitRepository> {
        const stack = stackOf(folder);
        stacks.add(stack);
        const given = { url: repository.url, branch: "main", provider: "generic", webhookSecret: secret, ...more };
        return rest.connect(stack, given, { composePath: `${folder}/compose.yaml`, ...config });
    }

    /** As GitHub tells it, all changed files listed; with `before` unknown the list does not count. */
    async function push(commit: string, files: readonly string[], more: object = {}): Promise<SentAnswer> {
        const payload = {
            ref: "refs/heads/main",
            before: head,
            after: commit,
            head_commit: { id: commit, message: "change" },
            commits: [{ id: commit, added: [], modified: files, removed: [] }],
            repository: { clone_url: publicAddress },
            ...more,
        };
        head = commit;
        return sendWebhook(server, hook.id, githubRequest("push", payload, secret, randomUUID()));
    }

    function verdicts(sent: SentAnswer): Readonly<Record<string, string>> {
        return Object.fromEntries((sent.stacks ?? []).map(({ stack, verdict }) => [stack, verdict]));
    }

    /** Every stack with the same verdict but for those that are named. */
    function allBut(folder: readonly string[], theirs: string, others: string): Readonly<Record<string, string>> {
        return Object.fromEntries(folders.map((one) => [stackOf(one), folder.includes(one) ? theirs : others]));
    }

    async function endedAll(sent: SentAnswer): Promise<ReadonlyMap<string, Deployment>> {
        const rows = await Promise.all((sent.deploymentIds ?? []).map((id) => rest.ended(id)));
        return new Map(rows.map((row) => [row.stackId, row]));
    }

    async function containers(): Promise<ReadonlyMap<string, string>> {
        return new Map(
            await Promise.all(folders.map(async (one) => [one, await containerOf(stackOf(one), "web")] as const)),
        );
    }

    it("goes live as ten stacks with the first push, through one hook and one mirror", async () => {
        const sent = await push(head, [], { before: zeros });

        expect(sent).toMatchObject({ status: 202, verdict: "queued" });
        expect(verdicts(sent)).toEqual(allBut([], "", "queued"));
        const ended = await endedAll(sent);
        expect([...ended.values()].map(({ status }) => status)).toEqual(folders.map(() => "successful"));
        const mirrors = (await readdir(join(server.dataDirectory, "cicd", "repos"))).filter((name) =>
            /\.git$/.test(name),
        );
        expect(mirrors).toHaveLength(1);
    });

    it("deploys exactly the two stacks whose folders a push changed", async () => {
        const before = await containers();
        const files = { "s3/compose.yaml": idle("2"), "s7/compose.yaml": idle("2") };
        const commit = await repository.commit(files, "two of ten");

        const started = Date.now();
        const sent = await push(commit, Object.keys(files));
        const ended = await endedAll(sent);
        const seconds = (Date.now() - started) / 1000;

        expect(verdicts(sent)).toEqual(allBut(["s3", "s7"], "queued", "ignored"));
        expect(sent.stacks?.find(({ stack }) => stack === stackOf("s1"))?.reason).toContain("s1");
        expect([...ended].map(([stack, { status }]) => [stack, status]).sort()).toEqual([
            [stackOf("s3"), "successful"],
            [stackOf("s7"), "successful"],
        ]);
        const after = await containers();
        expect(folders.filter((one) => after.get(one) !== before.get(one))).toEqual(["s3", "s7"]);
        process.stdout.write(`push to both stacks healthy: ${seconds.toFixed(1)} s\n`);
    });

    it("lets the difference from what is live decide where the sender lists no files", async () => {
        const commit = await repository.commit({ "s5/compose.yaml": idle("3") }, "one of ten");

        const sent = await rest.push({ ...hook, id: await hookOf("s2"), webhookSecret: secret }, { commit });

        expect(sent).toMatchObject({ status: 202, verdict: "queued" });
        const ended = await Promise.all((sent.deploymentIds ?? []).map((id) => rest.ended(id)));
        expect(ended).toHaveLength(10);
        const changed = ended.filter(({ status }) => status === "successful");
        expect(changed.map(({ stackId }) => stackId)).toEqual([stackOf("s5")]);
        const others = ended.filter((row) => !changed.includes(row));
        expect(new Set(others.map(({ status, errorCode }) => `${status} ${errorCode}`))).toEqual(
            new Set(["cancelled no_change"]),
        );
        head = commit;
    });

    async function hookOf(folder: string): Promise<string> {
        const { body } = await rest.call("GET", `/stacks/${stackOf(folder)}/repository`);
        return typeof body === "object" && body !== null && "id" in body ? String(body.id) : "";
    }

    it("rebuilds a stack when a shared folder changes that it names in its paths, and no other", async () => {
        const files = {
            "s4/compose.yaml":
                "services:\n  web:\n    build: {context: ../lib, dockerfile: ../docker/lib.Dockerfile}\n    init: true\n    stop_grace_period: 1s\n",
            "docker/lib.Dockerfile": 'FROM cicd/busybox:1\nCOPY version.txt /\nCMD ["sleep", "1000"]\n',
        };
        await connect("s4", { paths: ["s4", "lib", "docker"] });
        await endedAll(await push(await repository.commit(files, "build from lib"), Object.keys(files)));
        const commit = await repository.commit({ "lib/version.txt": "2\n" }, "lib");

        const sent = await push(commit, ["lib/version.txt"]);

        expect(verdicts(sent)).toEqual(allBut(["s4"], "queued", "ignored"));
        expect((await endedAll(sent)).get(stackOf("s4"))).toMatchObject({ status: "successful" });
        expect(await docker("exec", await containerOf(stackOf("s4"), "web"), "cat", "/version.txt")).toBe("2");
    });

    it("brings the tracked files along that a stack uses from outside of its folder", async () => {
        const stack = stackOf("s8");
        const mounts = `    volumes:
      - ../shared/site:/site:ro
      - {type: bind, source: ../shared/one.conf, target: /one.conf, read_only: true}
      - ./own.conf:/own.conf:ro
    env_file: ../shared/common.env
    configs: [{source: settings, target: /settings.conf}]
`;
        const files = {
            "s8/compose.yaml": `services:\n${idleService("web", mounts)}configs: {settings: {file: ../shared/settings.conf}}\n`,
            "s8/own.conf": "own\n",
            "shared/site/a/page.txt": "page 1\n",
            "shared/one.conf": "one\n",
            "shared/common.env": "COMMON=1\n",
            "shared/settings.conf": "settings 1\n",
            "shared/unused.txt": "unused\n",
        };
        await connect("s8", { paths: ["s8", "shared"] });
        const first = await endedAll(await push(await repository.commit(files, "shared"), Object.keys(files)));
        expect(first.get(stack)).toMatchObject({ status: "successful" });

        const inside = async (...command: string[]) => docker("exec", await containerOf(stack, "web"), ...command);
        const shown = ["cat", "/site/a/page.txt", "/one.conf", "/own.conf", "/settings.conf"];
        expect(await inside(...shown)).toBe("page 1\none\nown\nsettings 1");
        expect(await inside("env")).toContain("COMMON=1");
        const folder = join(server.stacksDirectory, stack);
        expect(await readdir(join(folder, ".from-repository", "shared"))).toEqual([
            "common.env",
            "one.conf",
            "settings.conf",
            "site",
        ]);
        const before = await containerOf(stack, "web");
        await compose(folder, "up", "-d");
        expect(await containerOf(stack, "web")).toBe(before);

        for (const [path, text, says] of [
            ["shared/site/a/page.txt", "page 2\n", "page 2\none\nown\nsettings 1"],
            ["shared/settings.conf", "settings 2\n", "page 2\none\nown\nsettings 2"],
        ] as const) {
            const sent = await push(await repository.commit({ [path]: text }, path), [path]);
            expect(verdicts(sent)).toEqual(allBut(["s8"], "queued", "ignored"));
            expect((await endedAll(sent)).get(stack)).toMatchObject({ status: "successful" });
            expect(await inside(...shown)).toBe(says);
        }
    });

    it("keeps a stack of another branch apart", async () => {
        const main = await containers();
        const commit = await repository.commit({ "s1/compose.yaml": idle("next") }, "next", "next");
        const next = await connect("next", { branch: "next" }, { composePath: "s1/compose.yaml" });

        const sent = await push(commit, ["s1/compose.yaml"], { ref: "refs/heads/next" });

        expect(verdicts(sent)).toEqual({ ...allBut([], "", "ignored"), [next.stackId]: "queued" });
        expect((await endedAll(sent)).get(next.stackId)).toMatchObject({ status: "successful", branch: "next" });
        expect(await containers()).toEqual(main);
        await repository.git("checkout", "-q", "main");
        head = await repository.git("rev-parse", "HEAD");
    });

    it("knows itself by the public name that one of its stacks gives as an alias, and by no other", async () => {
        const commit = await repository.commit({ "s6/compose.yaml": idle("4") }, "alias");

        const other = await push(commit, ["s6/compose.yaml"], {
            repository: { clone_url: "https://forge.example/me/x" },
        });
        expect(other).toMatchObject({ status: 200, verdict: "ignored" });
        expect(other.reason).toContain("https://forge.example/me/x");
        expect(other.reason).toContain(repository.url);

        const ssh = await push(commit, ["s6/compose.yaml"], {
            repository: { ssh_url: "git@forge.example:me/mono.git" },
        });
        expect(verdicts(ssh)[stackOf("s6")]).toBe("queued");
        expect((await endedAll(ssh)).get(stackOf("s6"))).toMatchObject({ status: "successful" });
    });

    it("keeps its mirror until the last stack is disconnected", async () => {
        const repos = join(server.dataDirectory, "cicd", "repos");
        const mirrors = async () => (await readdir(repos)).filter((name) => name.endsWith(".git"));
        for (const stack of stacks) {
            expect(await mirrors()).toHaveLength(1);
            expect(await rest.call("DELETE", `/stacks/${stack}/repository`)).toMatchObject({ status: 200 });
        }
        expect(await mirrors()).toEqual([]);
    });
});

describe("two stacks of one private repository", () => {
    it("are fetched with the credentials of each, also where the other's have filled the mirror", async () => {
        const [good, bad] = [`mono-good-${process.pid}`, `mono-bad-${process.pid}`];
        const repository = await createWorkRepository();
        const git = await startGitServer({ root: dirname(repository.bareDirectory), token: "right-token" });
        const server = await startServer();
        try {
            const rest = createRest(server);
            await repository.commit({ "compose.yaml": idle("1") }, "start");
            const url = `${git.url}/app.git`;
            const given = (token: string) => ({ url, branch: "main", authType: "http_token", credentials: { token } });
            await rest.connect(good, given("right-token"));
            expect(await rest.ended((await rest.deploy(good)).id)).toMatchObject({ status: "successful" });

            const forced = await rest.call("PUT", `/stacks/${bad}/repository?force=true`, given("wrong-token"));
            expect(forced.status).toBe(200);
            const ended = await rest.ended((await rest.deploy(bad)).id);

            expect(ended).toMatchObject({ status: "failed", errorCode: "auth_failed" });
            expect(await containerOf(bad, "web")).toBe("");
        } finally {
            await server.stop();
            await git.close();
            await removeStack(good);
            await removeStack(bad);
            await repository.remove();
        }
    });
});
