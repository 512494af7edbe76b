import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { WebhookAccess } from "../../common/schema/webhook-access.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { sickImage } from "../support/small-app.ts";
import { until } from "../support/until.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `pinned-images-${process.pid}`;
const image = `pinned-${process.pid}`;

/** One stack with `pinImages`; each step stands on the one before. */
describe("a stack whose images are pinned", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let registry: Registry;
    let connected: GitRepository;
    const digests: Record<string, string> = {};

    const composeFile = (tag: string, note: string): string => `services:
  web:
    image: ${registry.host}/${image}:\${TAG:-${tag}}
    init: true
    stop_grace_period: 1s
    environment: {NOTE: ${note}}
  idle:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sleep", "100000"]
`;

    const publish = async (version: string, command: string, check = ""): Promise<void> => {
        const dockerfile = `FROM cicd/busybox:1\nENV VERSION=${version}\n${check}CMD ${command}\n`;
        digests[version] = await registry.publish(image, version, { Dockerfile: dockerfile });
    };
    const promote = (version: string, tag: string) => registry.promote(image, digests[version] ?? "", tag);
    const sleeping = '["sleep", "100000"]';
    const pinnedTo = (version: string, tag = "1") => `${registry.host}/${image}:${tag}@${digests[version] ?? ""}`;

    async function deploy(text: string): Promise<{ readonly ended: Deployment; readonly log: string }> {
        await repository.commit({ "compose.yaml": text }, "chore: change");
        const { id } = await rest.deploy(stack);
        return { ended: await rest.ended(id), log: await rest.log(id) };
    }

    async function runs(): Promise<{ readonly version: string; readonly image: string }> {
        const container = await containerOf(stack, "web");
        return {
            version: await docker("exec", container, "sh", "-c", "echo $VERSION"),
            image: await docker("inspect", "-f", "{{.Config.Image}}", container),
        };
    }

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        const port = await freePort();
        const config = { buildType: "compose_only", pinImages: true };
        const given = { url: repository.url, branch: "main", provider: "github" };
        await repository.commit({ "README.md": "" }, "feat: begin");
        connected = await rest.connect(stack, given, config);
        const { body } = await rest.call("GET", `/stacks/${stack}/repository/webhook`);
        const headers = { Authorization: `Bearer ${WebhookAccess.parse(body).webhookSecret}` };
        const url = `${server.url}/api/webhooks/registry/${connected.id}`;
        registry = await startRegistry({ port, notify: { url, headers } });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await registry.stop();
        await repository.remove();
        const found = await docker("images", "-q", "--no-trunc", "--filter", `reference=*/${image}`);
        for (const id of new Set(found.split("\n").filter((line) => line !== ""))) {
            await docker("rmi", "-f", id).catch(() => undefined);
        }
    });

    it("records the digest at its first deployment, and runs the image by it", async () => {
        await publish("one", sleeping);
        await promote("one", "1");

        const { ended, log } = await deploy(composeFile("1", "a"));

        expect(ended.status).toBe("successful");
        expect(await runs()).toEqual({ version: "one", image: pinnedTo("one") });
        expect(ended.images.find(({ service }) => service === "web")).toMatchObject({
            image: pinnedTo("one"),
            digest: `${registry.host}/${image}@${digests["one"] ?? ""}`,
        });
        expect(log).toContain("cicd/busybox:1 is not pinned");
    });

    it("keeps it while the tag moves on unseen, also for a change of the compose file", async () => {
        await rest.call("PUT", `/stacks/${stack}/build-config`, {
            buildType: "compose_only",
            pinImages: true,
            autoDeployOnPush: false,
        });
        await publish("two", sleeping);
        await promote("two", "1");

        const { ended } = await deploy(composeFile("1", "b"));

        expect(ended.status).toBe("successful");
        expect(await runs()).toEqual({ version: "one", image: pinnedTo("one") });
    });

    it("pins anew where the compose file names another tag", async () => {
        await promote("one", "stable");

        const { ended } = await deploy(composeFile("stable", "b"));

        expect(ended.status).toBe("successful");
        expect(await runs()).toEqual({ version: "one", image: pinnedTo("one", "stable") });
    });

    it("moves to what is pushed to the registry, and nothing else is recreated", async () => {
        await rest.call("PUT", `/stacks/${stack}/build-config`, { buildType: "compose_only", pinImages: true });
        const idle = await containerOf(stack, "idle");
        const known = (await rest.history(stack)).length;
        await promote("two", "stable");
        await until(async () => (await rest.history(stack)).length > known);

        const ended = await rest.ended((await rest.history(stack))[0]?.id ?? "");

        expect(ended).toMatchObject({ status: "successful", triggeredBy: "webhook" });
        expect(await runs()).toEqual({ version: "two", image: pinnedTo("two", "stable") });
        expect(await containerOf(stack, "idle")).toBe(idle);
    });

    it("goes back to the digest of the release before when what is pushed is not healthy", async () => {
        await publish("three", sleeping, sickImage);
        const known = (await rest.history(stack)).length;
        await promote("three", "stable");
        await until(async () => (await rest.history(stack)).length > known);
        const failed = (await rest.history(stack)).find(({ rollbackOf }) => rollbackOf === undefined);

        expect(await rest.ended(failed?.id ?? "")).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(await runs()).toEqual({ version: "two", image: pinnedTo("two", "stable") });
    });

    it("keeps the digest that runs at the next deployment, and rolls back to that of an older release", async () => {
        const { ended } = await deploy(composeFile("stable", "c"));
        expect(ended.status).toBe("successful");
        expect(await runs()).toEqual({ version: "two", image: pinnedTo("two", "stable") });
        const first = (await rest.history(stack)).findLast(({ status }) => status === "successful");
        const old = first?.images.find(({ service }) => service === "web")?.imageId ?? "";
        await docker("rmi", "-f", old).catch(() => undefined);

        const call = await rest.call("POST", `/deployments/${first?.id ?? ""}/rollback`);

        expect(call.status).toBe(202);
        const [rollback] = await rest.history(stack);
        expect(await rest.ended(rollback?.id ?? "")).toMatchObject({ status: "successful" });
        expect(await runs()).toEqual({ version: "one", image: pinnedTo("one") });
    });
});
