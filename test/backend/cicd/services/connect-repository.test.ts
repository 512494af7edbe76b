import { beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import { AppError } from "../../../../common/errors.ts";
import { GitRepositoryInput } from "../../../../common/schema/git-repository.ts";
import { admin, createEdge, type Edge } from "../../../support/edge.ts";
import { newPipeline } from "../../../support/pipelines.ts";
import { newDeployment } from "../../../support/records.ts";

const editor: Caller = { username: "editor", via: "login", rights: ["edit"] };
const signal = new AbortController().signal;

describe("connecting a repository", () => {
    let edge: Edge;
    beforeEach(async () => {
        edge = await createEdge();
    });

    function connect(fields: Partial<GitRepositoryInput> = {}, { force = false, caller = admin } = {}) {
        const { provider, ...input } = GitRepositoryInput.parse({
            url: "https://gitlab.example/me/app.git",
            branch: "main",
            ...fields,
        });
        const given = fields.provider === undefined ? input : { ...input, provider };
        return edge.services.connectRepository({ stack: "web", input: given, force, caller, signal });
    }

    async function nothingSaved(): Promise<void> {
        expect(await edge.stores.repositories.list()).toEqual([]);
        expect(await edge.stores.buildConfigs.list()).toEqual([]);
        expect(edge.host.stacks).toHaveLength(1);
        expect(edge.host.pushes).toEqual([]);
    }

    it("guesses the provider unless it is given", async () => {
        expect((await connect()).provider).toBe("gitlab");
        expect((await connect({ provider: "generic" })).provider).toBe("generic");
    });

    it("makes a folder for a new stack and a default build configuration, and starts nothing", async () => {
        await connect();
        expect(edge.host.stacks).toContainEqual({ name: "web", status: 1 });
        expect(await edge.stores.buildConfigs.findByStack("web")).toMatchObject({ buildType: "docker_build" });
        expect(await edge.stores.deployments.list("web", 10)).toEqual([]);
    });

    it("keeps a build configuration that is there", async () => {
        await connect();
        const before = await edge.stores.buildConfigs.findByStack("web");
        await connect({ branch: "dev" });
        expect(await edge.stores.buildConfigs.findByStack("web")).toEqual(before);
    });

    it("shows the webhook's secret when it was made or changed, and only then", async () => {
        const made = await connect();
        expect(made.webhookSecret).toHaveLength(64);
        expect((await connect()).webhookSecret).toBeUndefined();
        expect((await connect({ webhookSecret: "a-new-secret" })).webhookSecret).toBe("a-new-secret");
        expect((await connect({ webhookSecret: "a-new-secret" })).webhookSecret).toBeUndefined();
        expect((await connect()).webhookSecret).toBeUndefined();
    });

    it("refuses a branch that does not exist, and names those that do", async () => {
        await expect(connect({ branch: "mian" })).rejects.toMatchObject({
            code: "invalid",
            message: 'branch: "mian" does not exist in the repository; use one of: main, dev',
            details: { errorCode: "branch_missing" },
        });
        await nothingSaved();
    });

    it("says that a repository without branches needs a first push", async () => {
        edge.remote.refs = { branches: [], tags: [], defaultBranch: "main" };
        await expect(connect()).rejects.toThrow(/has none yet, push one first/);
    });

    it.each([
        [{}, /^authType: the repository is private or does not exist/],
        [{ authType: "http_token", credentials: { token: "bad" } }, /^credentials: the git server refused them/],
    ] as const)(
        "takes a refusal by the git server for wrong input, not for a missing login",
        async (fields, message) => {
            edge.remote.failure = new AppError("unauthorized", "auth", { details: { errorCode: "auth_failed" } });
            const error: unknown = await connect(fields).catch((thrown: unknown) => thrown);
            expect(error).toMatchObject({ code: "invalid", details: { errorCode: "auth_failed" } });
            expect(error instanceof AppError && error.message).toMatch(message);
            await nothingSaved();
        },
    );

    it("saves nothing of an unreachable remote", async () => {
        edge.remote.failure = new AppError("unavailable", "url: no answer");
        await expect(connect()).rejects.toMatchObject({ code: "unavailable" });
        await nothingSaved();
    });

    it("saves without asking when forced, but never a forbidden address", async () => {
        edge.remote.failure = new AppError("unavailable", "url: no answer");
        await connect({}, { force: true });
        expect(edge.remote.asked).toEqual([]);
        const metadata = connect({ url: "http://169.254.169.254/x" }, { force: true });
        await expect(metadata).rejects.toMatchObject({ code: "invalid" });
    });

    it("asks nobody where only what this server does by itself has changed, so that a remote may be away", async () => {
        const access = { authType: "http_token", credentials: { token: "good" } } as const;
        await edge.stores.repositories.markSynced((await connect(access)).id, "a".repeat(40));
        edge.remote.failure = new AppError("unavailable", "git: away");
        const asked = edge.remote.asked.length;

        const saved = await connect({ ...access, paths: ["docs"], autoSync: true, pollIntervalSeconds: 60 });
        await connect({
            authType: "http_token",
            webhookSecret: "another-secret",
            aliases: ["https://in.example/a.git"],
        });

        expect(saved).toMatchObject({ paths: ["docs"], autoSync: true, pollIntervalSeconds: 60 });
        expect(edge.remote.asked).toHaveLength(asked);
    });

    it("asks again as long as nothing was ever fetched", async () => {
        await connect({}, { force: true });
        edge.remote.failure = new AppError("unavailable", "git: away");

        await expect(connect({ paths: ["docs"] })).rejects.toMatchObject({ code: "unavailable" });
    });

    it.each([
        ["the address", { url: "https://gitlab.example/me/app" }],
        ["the branch", { branch: "dev" }],
        ["the token", { credentials: { token: "new" } }],
        ["the user name", { credentials: { token: "good", username: "ada" } }],
        ["the kind of access", { authType: "none", credentials: undefined }],
        ["the provider, and with it the user name", { provider: "gitea" }],
        ["who may be reached", { allowPrivateHost: true }],
    ] as const)("asks again where %s changed", async (_what, fields) => {
        const access = { authType: "http_token", credentials: { token: "good" } } as const;
        await edge.stores.repositories.markSynced((await connect(access)).id, "a".repeat(40));
        edge.remote.failure = new AppError("unavailable", "git: away");

        await expect(connect({ ...access, ...fields })).rejects.toMatchObject({ code: "unavailable" });
    });

    it("lets only an admin allow a private address", async () => {
        await expect(connect({ allowPrivateHost: true }, { caller: editor })).rejects.toMatchObject({
            code: "forbidden",
        });
        await nothingSaved();
        await connect({ allowPrivateHost: true });
        expect((await connect({ allowPrivateHost: true, branch: "dev" }, { caller: editor })).branch).toBe("dev");
        const moved = connect({ allowPrivateHost: true, url: "http://10.0.0.1/x.git" }, { caller: editor });
        await expect(moved).rejects.toMatchObject({ code: "forbidden" });
    });

    it("refuses an alias that is no address", async () => {
        await expect(connect({ aliases: ["https://a.example/b", "nonsense"] })).rejects.toThrow(/^aliases.1: /);
        await nothingSaved();
    });

    it.each(["https://me:tok-1@a.example/b", "https://tok-1@a.example/b", "ssh://git:tok-1@a.example/b"])(
        "refuses the alias %s: credentials in it would be stored and shown",
        async (alias) => {
            const refused = await connect({ aliases: [alias] }).catch(String);
            expect(refused).toMatch(/aliases\.0: contains credentials/);
            expect(refused).not.toContain("tok-1");
            await nothingSaved();
        },
    );

    it("takes an alias with the user name of an SSH address", async () => {
        const aliases = ["git@a.example:b", "ssh://git@a.example/b"];
        expect((await connect({ aliases })).aliases).toEqual(aliases);
    });

    it("forgets the old mirror when the address changes, unless another stack uses it", async () => {
        await connect();
        await connect({ url: "https://gitlab.example/me/other.git" });
        expect(edge.remote.forgotten).toEqual(["https://gitlab.example/me/app.git"]);
        await edge.stores.repositories.save({
            ...(await edge.stores.repositories.list())[0]!,
            stackId: "second",
        });
        await connect();
        expect(edge.remote.forgotten).toHaveLength(1);
    });

    it("takes the engine's socket from another repository's pipelines, and leaves it to the same one's", async () => {
        await connect();
        const {
            id: _id,
            createdAt: _c,
            updatedAt: _u,
            ...config
        } = (await edge.stores.buildConfigs.findByStack("web"))!;
        await edge.stores.buildConfigs.save({ ...config, pipelineEngineSocket: true });
        await connect({ branch: "dev" }, { caller: editor });
        expect(await edge.stores.buildConfigs.findByStack("web")).toMatchObject({ pipelineEngineSocket: true });
        await connect({ url: "https://gitlab.example/me/other.git" }, { caller: editor });
        expect(await edge.stores.buildConfigs.findByStack("web")).toMatchObject({ pipelineEngineSocket: false });
    });

    it("does not change the address under a running deployment, and cancels one that waits", async () => {
        await connect();
        const waiting = await edge.stores.deployments.create(newDeployment());
        await edge.stores.deployments.transition(waiting.id, "pending", "building");
        const other = { url: "https://gitlab.example/me/other.git" };
        await expect(connect(other)).rejects.toMatchObject({ code: "conflict" });
        expect((await connect({ branch: "dev" })).branch).toBe("dev");
        await edge.stores.deployments.transition(waiting.id, "building", "failed");
        const next = await edge.stores.deployments.create(newDeployment());
        await connect(other);
        expect((await edge.stores.deployments.find(next.id))?.status).toBe("cancelled");
    });
});

describe("disconnecting", () => {
    it("removes repository, configuration and mirror, keeps deployments, and is refused while one runs", async () => {
        const edge = await createEdge();
        const input = GitRepositoryInput.parse({ url: "https://git.example/me/app.git", branch: "main" });
        await edge.services.connectRepository({ stack: "web", input, force: false, caller: admin, signal });
        const running = await edge.stores.deployments.create(newDeployment());
        await edge.stores.deployments.transition(running.id, "pending", "deploying");
        const call = { stack: "web", caller: admin };
        await expect(edge.services.disconnectRepository(call)).rejects.toMatchObject({ code: "conflict" });
        await edge.stores.deployments.transition(running.id, "deploying", "successful");
        await edge.services.disconnectRepository(call);
        expect(await edge.stores.repositories.list()).toEqual([]);
        expect(await edge.stores.buildConfigs.list()).toEqual([]);
        expect(edge.remote.forgotten).toEqual([input.url]);
        expect(edge.forgotten).toEqual(["web"]);
        expect(await edge.stores.deployments.list("web", 10)).toHaveLength(1);
        const history = await edge.services.listDeployments("web", { limit: 10 });
        expect(history.items).toHaveLength(1);
    });
});

describe("the pipelines of a stack whose repository is disconnected", () => {
    it("end, and stay as history", async () => {
        const edge = await createEdge();
        const { pipelines } = edge.stores;
        const input = GitRepositoryInput.parse({ url: "https://git.example/me/app.git", branch: "main" });
        await edge.services.connectRepository({ stack: "web", input, force: false, caller: admin, signal });
        const running = await pipelines.create(newPipeline());
        await pipelines.claim("server", 30);
        await pipelines.begin(running.id, { stages: [], jobs: [], leftOut: [] }, [], running.createdAt);
        const waiting = await pipelines.create(newPipeline());
        const other = await pipelines.create(newPipeline({ stackId: "shop" }));

        await edge.services.disconnectRepository({ stack: "web", caller: admin });

        expect(await pipelines.find(waiting.id)).toMatchObject({ status: "cancelled" });
        expect(await pipelines.find(running.id)).toMatchObject({ cancelReason: "Cancelled by admin." });
        expect(await pipelines.find(other.id)).not.toHaveProperty("cancelReason");
    });
});

describe("testing a connection", () => {
    it("uses stored credentials for the same server, and saves nothing", async () => {
        const edge = await createEdge();
        const url = "https://git.example/me/app.git";
        const input = GitRepositoryInput.parse({
            url,
            branch: "main",
            authType: "http_token",
            credentials: { token: "secret" },
        });
        await edge.services.connectRepository({ stack: "web", input, force: true, caller: admin, signal });
        const given = { url, authType: "http_token", allowPrivateHost: false } as const;
        const result = await edge.services.testRepository({ stack: "web", input: given, caller: admin, signal });
        expect(result).toEqual({ branches: ["main", "dev"], defaultBranch: "main", composePaths: ["compose.yaml"] });
        expect(edge.remote.asked.at(-1)?.credentials).toEqual({ token: "secret" });
        expect(edge.remote.forgotten).toEqual([]);
        const elsewhere = { ...given, url: "https://evil.example/me/app.git" };
        const refused = edge.services.testRepository({ stack: "web", input: elsewhere, caller: admin, signal });
        await expect(refused).rejects.toThrow(/credentials.token: is missing/);
    });

    it("leaves no mirror of a repository that nobody is connected to", async () => {
        const edge = await createEdge();
        const input = { url: "https://git.example/me/new.git", authType: "none", allowPrivateHost: false } as const;
        await edge.services.testRepository({ stack: "web", input, caller: admin, signal });
        expect(edge.remote.forgotten).toEqual([input.url]);
    });

    it("answers without compose files where they cannot be read", async () => {
        const edge = await createEdge();
        const input = { url: "https://git.example/me/new.git", authType: "none", allowPrivateHost: false } as const;
        edge.ports.git.listFiles = () => Promise.reject(new AppError("unavailable", "too large"));
        const result = await edge.services.testRepository({ stack: "web", input, caller: admin, signal });
        expect(result.composePaths).toEqual([]);
    });
});
