import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Deployment } from "../../common/schema/deployment.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { Preview } from "../../common/schema/preview.ts";
import { containing } from "../support/containing.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { followLog } from "../support/follow-log.ts";
import { connectPage } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, idleService, sickImage, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `approval-${process.pid}`;
const other = `${stack}-other`;

/** One stack's life from its first push on; each step stands on the one before. */
describe("a stack whose pushes wait for approval", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let otherRepository: WorkRepository;
    let connected: GitRepository;
    let port: number;

    beforeAll(async () => {
        // One worker: what waits must not keep the others from their turn.
        server = await startServer({ CICD_MAX_CONCURRENT_DEPLOYMENTS: "1" });
        rest = createRest(server);
        repository = await createWorkRepository();
        otherRepository = await createWorkRepository();
        port = await freePort();
        await repository.commit(filesOf("one"), "one");
        connected = await rest.connect(
            stack,
            { url: repository.url, branch: "main", provider: "generic" },
            { approval: true, environmentVariables: [{ name: "LEVEL", value: "hidden-level", secret: true }] },
        );
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await removeStack(other);
        await Promise.all([repository.remove(), otherRepository.remove()]);
    });

    function filesOf(version: string, more = ""): Record<string, string> {
        const built = "  built:\n    build: ./built\n    init: true\n    stop_grace_period: 1s\n";
        return {
            "compose.yaml": `services:\n${smallService("web", { port, version, more })}${built}`,
            "built/Dockerfile": `FROM cicd/busybox:1\nRUN echo ${version} >/version\nCMD ["sleep", "1000"]\n`,
        };
    }

    async function push(files: Record<string, string | null>, message: string): Promise<string> {
        const commit = await repository.commit(files, message);
        const pushed = await rest.push(connected, { ref: "refs/heads/main", commit });
        expect(pushed).toMatchObject({ status: 202, verdict: "queued" });
        return pushed.deploymentIds?.[0] ?? "";
    }

    /** A push, as soon as it waits. */
    async function pushed(files: Record<string, string | null>, message: string): Promise<Deployment> {
        const id = await push(files, message);
        await followLog(server, id, (line) => line.includes("Waiting for approval"));
        await expect.poll(async () => (await rest.deployment(id)).phase).toBe("approval");
        return rest.deployment(id);
    }

    async function decide(id: string, what: "approve" | "reject" | "cancel") {
        return rest.call("POST", `/deployments/${id}/${what}`);
    }

    it("is started by a click without another one", async () => {
        const ended = await rest.ended((await rest.deploy(stack)).id);

        expect(ended).toMatchObject({ status: "successful", triggeredBy: "manual" });
        expect(ended.approvalRequestedAt).toBeUndefined();
        expect(await answerOn(port)).toBe("one");
    });

    it("is built on a push, says what it would change, and is not touched", async () => {
        const web = await containerOf(stack, "web");

        const waiting = await pushed(filesOf("two", "    environment: {LEVEL: '${LEVEL}'}\n"), "two");

        expect(waiting).toMatchObject({
            status: "building",
            triggeredBy: "webhook",
            note: containing("waits"),
        });
        expect(waiting.approvalRequestedAt).toBeDefined();
        const images = await docker("images", "--format", "{{.Tag}}", "--filter", `reference=${stack}-built`);
        expect(images).toContain(waiting.commitSha);
        expect(await containerOf(stack, "web")).toBe(web);
        expect(await answerOn(port)).toBe("one");
        const log = await rest.log(waiting.id);
        expect(log).toContain("web: recreate (configuration changed");
        expect(log).toContain("variables: +LEVEL");
        expect(log).not.toContain("hidden-level");
    });

    it("shows the preview of exactly this release", async () => {
        const [waiting] = await rest.history(stack);

        const answer = await rest.call("GET", `/deployments/${waiting?.id}/preview`);

        expect(answer.status).toBe(200);
        const preview = Preview.parse(answer.body);
        expect(preview.commitSha).toBe(waiting?.commitSha);
        const changes = Object.fromEntries(preview.services.map((change) => [change.service, change]));
        expect(changes["web"]).toMatchObject({
            action: "recreate",
            variables: { added: ["LEVEL"], removed: [], changed: [] },
        });
        expect(changes["built"]).toMatchObject({
            action: "recreate",
            reasons: ["image changed", "configuration changed"],
            image: `${stack}-built:${waiting?.commitSha}`,
            previousImage: containing(`${stack}-built:`),
        });
        expect(preview.machines).toEqual([{ id: "local", name: "this machine" }]);
        expect(JSON.stringify(preview)).not.toContain("hidden-level");
    });

    it("leaves its worker, and the buttons of its stack, to others meanwhile", async () => {
        await otherRepository.commit({ "compose.yaml": `services:\n${idleService("app")}` }, "app");
        await rest.connect(other, { url: otherRepository.url, branch: "main" });

        expect(await rest.ended((await rest.deploy(other)).id)).toMatchObject({ status: "successful" });
        const page = await connectPage(server);
        expect(await page.agent("restartStack", stack)).toMatchObject({ ok: true });
        page.close();
    });

    it("waits on after a restart of the server, and goes live when it is approved", async () => {
        const [waiting] = await rest.history(stack);
        await server.kill();
        await server.start();
        rest = createRest(server);
        expect(await rest.deployment(waiting?.id ?? "")).toMatchObject({ phase: "approval", status: "building" });

        const approved = await decide(waiting?.id ?? "", "approve");

        expect(approved).toMatchObject({ status: 200, body: { approvedBy: "admin" } });
        const ended = await rest.ended(waiting?.id ?? "");
        expect(ended).toMatchObject({ status: "successful", approvedBy: "admin" });
        expect(ended.approvedAt).toBeDefined();
        expect(ended.note).toBeUndefined();
        expect(await answerOn(port)).toBe("two");
        const log = await rest.log(ended.id);
        expect(log).toContain("Approved by admin");
        expect(log.match(/Fetching branch/g)).toHaveLength(1);
    });

    it("is not approved twice, and not too late", async () => {
        const [live] = await rest.history(stack);

        for (const what of ["approve", "reject"] as const) {
            expect(await decide(live?.id ?? "", what)).toMatchObject({
                status: 409,
                body: { error: { code: "conflict", message: containing("admin approved it at") } },
            });
        }
        expect(await decide("nope", "approve")).toMatchObject({ status: 404 });
    });

    it("stays as it is when the push is rejected", async () => {
        const { id } = await pushed(filesOf("three"), "three");

        expect(await decide(id, "reject")).toMatchObject({ status: 200 });

        expect(await rest.ended(id)).toMatchObject({
            status: "cancelled",
            errorCode: "rejected",
            error: "Rejected by admin.",
        });
        expect(await answerOn(port)).toBe("two");
    });

    it("gives way to a newer push, which waits itself; a cancel ends that", async () => {
        const older = await pushed(filesOf("four"), "four");

        const newer = await pushed(filesOf("five"), "five");

        expect(await rest.deployment(older.id)).toMatchObject({
            status: "cancelled",
            errorCode: "superseded",
            supersededBy: newer.id,
            error: `Superseded by ${newer.commitSha.slice(0, 7)}.`,
        });
        expect(await decide(newer.id, "cancel")).toMatchObject({ status: 200, body: { status: "cancelled" } });
        expect(await answerOn(port)).toBe("two");
    });

    it("gives way to a rollback by hand, which needs no approval", async () => {
        const { id } = await pushed(filesOf("six"), "six");
        const first = (await rest.history(stack)).findLast(({ status }) => status === "successful");

        const { body } = await rest.call("POST", `/deployments/${first?.id}/rollback`);

        const rollback = await rest.ended(Deployment.parse(body).id);
        expect(rollback).toMatchObject({ status: "successful" });
        expect(rollback.approvalRequestedAt).toBeUndefined();
        expect(await rest.deployment(id)).toMatchObject({ status: "cancelled", supersededBy: rollback.id });
        expect(await answerOn(port)).toBe("one");
    });

    it("goes back by itself when what was approved is not healthy", async () => {
        const page = await connectPage(server);
        const broken = {
            ...filesOf("seven"),
            "built/Dockerfile": `FROM cicd/busybox:1\n${sickImage}CMD ["sleep", "1000"]\n`,
        };
        await rest.call("DELETE", `/stacks/${stack}/pin`);
        const { id } = await pushed(broken, "seven");

        expect(await page.agent("approveDeployment", id)).toMatchObject({ ok: true, deployment: { id } });

        page.close();
        expect(await rest.ended(id)).toMatchObject({ status: "rolled_back", approvedBy: "admin" });
        expect(await answerOn(port)).toBe("one");
    });
});
