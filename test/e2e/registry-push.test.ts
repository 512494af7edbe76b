import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Deployment } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { WebhookAccess } from "../../common/schema/webhook-access.ts";
import { WebhookAnswer, WebhookEvent } from "../../common/schema/webhook-event.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `registry-push-${process.pid}`;
const image = `app-${process.pid}`;

const serving = `FROM cicd/busybox:1
COPY index.html /www/
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`;

/** One stack that builds nothing, from its first deployment on; each step stands on the one before. */
describe("a stack whose images come from a registry", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let registry: Registry;
    let connected: GitRepository;
    let access: WebhookAccess;
    let name: string;
    let port: number;
    let commit: string;
    const digests: Record<string, string> = {};

    function composeFile(): string {
        return `services:
  web:
    image: ${name}
    init: true
    stop_grace_period: 1s
    ports: ["127.0.0.1:${port}:8080"]
    healthcheck:
      test: ["CMD", "wget", "-q", "-O-", "http://127.0.0.1:8080/"]
      interval: 1s
      timeout: 2s
      retries: 3
      start_period: 5s
      start_interval: 200ms
  idle:
    image: cicd/busybox:1
    init: true
    stop_grace_period: 1s
    command: ["sleep", "100000"]
`;
    }

    async function publish(version: string, dockerfile = serving): Promise<void> {
        const files = { Dockerfile: dockerfile, "index.html": `${version}\n` };
        digests[version] = await registry.publish(image, version, files);
    }

    const promote = (version: string) => registry.promote(image, digests[version] ?? "", "1");

    async function answer(): Promise<string> {
        return (await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim();
    }

    /** The deployment that the registry's notification leads to, when it has ended. */
    async function afterPromoting(version: string): Promise<Deployment> {
        const known = new Set((await rest.history(stack)).map(({ id }) => id));
        await promote(version);
        let found: Deployment | undefined;
        await until(async () => {
            found = (await rest.history(stack)).find(({ id }) => !known.has(id));
            return found !== undefined;
        });
        return rest.ended(found?.id ?? "");
    }

    async function events(): Promise<readonly WebhookEvent[]> {
        const { body } = await rest.call("GET", `/stacks/${stack}/webhook-events?limit=200`);
        return z.object({ items: z.array(WebhookEvent) }).parse(body).items;
    }

    /** The newest event of a kind, waited for. */
    async function eventWith(verdict: string, reason: RegExp): Promise<WebhookEvent> {
        let found: WebhookEvent | undefined;
        await until(async () => {
            found = (await events()).find((event) => event.verdict === verdict && reason.test(event.reason ?? ""));
            return found !== undefined;
        });
        return WebhookEvent.parse(found);
    }

    async function send(url: string, body: unknown, headers: Record<string, string> = {}) {
        const response = await fetch(url, { method: "POST", body: JSON.stringify(body), headers });
        return { status: response.status, ...WebhookAnswer.parse(await response.json()) };
    }

    const imageOf = async (service: string) => docker("inspect", "-f", "{{.Image}}", await containerOf(stack, service));
    const idOf = (reference: string) => docker("image", "inspect", "-f", "{{.Id}}", reference);

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        const registryPort = await freePort();
        name = `127.0.0.1:${registryPort}/${image}:1`;
        commit = await repository.commit({ "compose.yaml": composeFile() }, "feat: two services");
        const given = { url: repository.url, branch: "main", provider: "github" };
        connected = await rest.connect(stack, given, { buildType: "compose_only" });
        const { body } = await rest.call("GET", `/stacks/${stack}/repository/webhook`);
        access = WebhookAccess.parse(body);
        const url = `${server.url}/api/webhooks/registry/${connected.id}`;
        const headers = { Authorization: `Bearer ${access.webhookSecret}` };
        registry = await startRegistry({ port: registryPort, notify: { url, headers } });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await registry.stop();
        await repository.remove();
        for (const id of (await docker("images", "-q", "--no-trunc", "--filter", `reference=*/${image}`)).split("\n")) {
            await docker("rmi", "-f", id).catch(() => undefined);
        }
    });

    it("is not deployed by a push before its first deployment", async () => {
        await publish("one");
        await promote("one");

        expect(await eventWith("ignored", /deploy the stack once first/)).toMatchObject({
            eventType: "registry_push",
            verified: true,
        });
        expect(await rest.history(stack)).toEqual([]);
    });

    it("runs what the tag means when it is deployed, and notes the digest", async () => {
        const ended = await rest.ended((await rest.deploy(stack)).id);

        expect(ended.status).toBe("successful");
        expect(await answer()).toBe("one");
        expect(ended.images.find(({ service }) => service === "web")?.digest).toContain(digests["one"]);
    });

    it("gets the new image of the same tag, and only the service that uses it is recreated", async () => {
        const idle = await containerOf(stack, "idle");
        await publish("two");

        const ended = await afterPromoting("two");

        expect(ended).toMatchObject({
            status: "successful",
            triggeredBy: "webhook",
            commitSha: commit,
            refreshImages: [{ image: name, digest: digests["two"] }],
        });
        expect(await answer()).toBe("two");
        expect(await containerOf(stack, "idle")).toBe(idle);
        expect(ended.images.find(({ service }) => service === "web")?.digest).toContain(digests["two"]);
        expect(await imageOf("web")).toBe(await idOf(name));
    });

    it("is left alone by a push of what it runs, and by other tags", async () => {
        const before = await rest.history(stack);
        await promote("two");

        expect(await eventWith("duplicate", /runs what was pushed/)).toMatchObject({ deploymentId: before[0]?.id });
        expect(await eventWith("ignored", /^the stack uses .*was pushed$/)).toBeDefined();
        expect(await rest.history(stack)).toHaveLength(before.length);
    });

    it("keeps the newest image when the delivery of an older one comes late", async () => {
        const web = await containerOf(stack, "web");
        const target = {
            mediaType: "application/vnd.oci.image.manifest.v1+json",
            repository: image,
            tag: "1",
            digest: digests["one"],
        };
        const event = { id: `late-${stack}`, action: "push", target, request: { host: registry.host } };

        const sent = await send(access.registryUrl, { events: [event] });

        expect(sent).toMatchObject({ status: 202, verdict: "queued" });
        expect(await rest.ended(sent.deploymentIds?.[0] ?? "")).toMatchObject({ status: "successful" });
        expect(await answer()).toBe("two");
        expect(await containerOf(stack, "web")).toBe(web);
    });

    it("goes back to the image that ran when the new one is not healthy", async () => {
        const good = await imageOf("web");
        await publish("three", 'FROM cicd/busybox:1\nCMD ["sleep", "100000"]\n');

        const ended = await afterPromoting("three");

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        expect(await answer()).toBe("two");
        expect(await imageOf("web")).toBe(good);
        expect(await idOf(name)).toBe(good);
        const [rollback] = (await rest.history(stack)).filter(({ rollbackOf }) => rollbackOf === ended.id);
        expect(rollback).toMatchObject({ status: "successful", commitSha: commit });
    });

    it("goes back to the image of an earlier release by hand, even where it is gone from this machine", async () => {
        const first = (await rest.history(stack)).findLast(({ status }) => status === "successful");
        const old = first?.images.find(({ service }) => service === "web")?.imageId ?? "";
        await docker("rmi", "-f", old);

        const call = await rest.call("POST", `/deployments/${first?.id ?? ""}/rollback`);
        const [rollback] = await rest.history(stack);
        const ended = await rest.ended(rollback?.id ?? "");

        expect(call.status).toBe(202);
        expect(ended.status).toBe("successful");
        expect(await answer()).toBe("one");
        expect(await imageOf("web")).toBe(old);
        expect(await idOf(name)).toBe(old);
    });

    it("takes the push of a registry that tells no digest, and finds that nothing changed", async () => {
        expect(await rest.call("DELETE", `/stacks/${stack}/pin`)).toMatchObject({ status: 200 });
        const web = await containerOf(stack, "web");
        await promote("one");
        const resource = { resource_url: name, tag: "1" };
        const body = { type: "PUSH_ARTIFACT", event_data: { resources: [resource] } };

        const sent = await send(access.registryUrl, body);

        expect(sent).toMatchObject({ status: 202, verdict: "queued" });
        expect(await rest.ended(sent.deploymentIds?.[0] ?? "")).toMatchObject({ status: "successful" });
        expect(await containerOf(stack, "web")).toBe(web);
    });

    it("takes Docker Hub's word by the token of its address, and stays up when the pull fails", async () => {
        const [web, idle] = [await containerOf(stack, "web"), await containerOf(stack, "idle")];
        const body = { push_data: { tag: "1" }, repository: { repo_name: "cicd/busybox" } };

        const sent = await send(access.registryUrl, body);

        expect(sent).toMatchObject({ status: 202, stacks: [{ stack, verdict: "queued" }] });
        const ended = await rest.ended(sent.deploymentIds?.[0] ?? "");
        expect(ended).toMatchObject({ status: "failed", errorCode: "pull_failed" });
        expect([await containerOf(stack, "web"), await containerOf(stack, "idle")]).toEqual([web, idle]);
    });

    it("believes nobody without secret or token, and keeps neither anywhere", async () => {
        const { webhookSecret, registryUrl } = access;
        const [url = "", token = ""] = registryUrl.split("?token=");
        const body = { push_data: { tag: "1" }, repository: { repo_name: "cicd/busybox" } };
        const before = (await rest.history(stack)).length;

        for (const [address, headers] of [
            [url, {}],
            [`${url}?token=${token.slice(1)}`, {}],
            [`${url}?token=${webhookSecret}`, {}],
            [url, { authorization: `Bearer ${token}` }],
            [url, { "x-hub-signature-256": `sha256=${"0".repeat(64)}` }],
        ] as const) {
            expect(await send(address, body, headers)).toMatchObject({ status: 401, verdict: "rejected" });
        }
        const unknown = `${server.url}/api/webhooks/registry/none?token=${token}`;
        expect(await send(unknown, body)).toMatchObject({ status: 404 });
        expect(await rest.history(stack)).toHaveLength(before);
        const stored = JSON.stringify(await events()) + server.output();
        expect(stored).not.toContain(token);
        expect(stored).not.toContain(webhookSecret);
    });
});
