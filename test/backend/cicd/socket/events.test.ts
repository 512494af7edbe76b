import { beforeEach, describe, expect, it } from "vitest";
import { cicdEvents, type CicdPushes } from "../../../../common/socket/cicd-events.ts";
import { GitRepositoryInput } from "../../../../common/schema/git-repository.ts";
import { BuildConfigInput } from "../../../../common/schema/build-config.ts";
import type { Caller } from "../../../../backend/cicd/core/host.ts";
import type { CicdHandlers, SocketContext } from "../../../../backend/cicd/socket/handlers.ts";
import { cicdHandlers } from "../../../../backend/cicd/socket/events.ts";
import { admin, createEdge, type Edge } from "../../../support/edge.ts";
import { newDeployment, newWebhookEvent } from "../../../support/records.ts";

interface TestSocket extends SocketContext {
    readonly pushes: { readonly event: keyof CicdPushes; readonly payload: unknown }[];
    disconnect(): void;
}

function createSocket(caller: Caller = admin, socketId = "socket-1"): TestSocket {
    const pushes: TestSocket["pushes"] = [];
    const callbacks: (() => void)[] = [];
    return {
        caller,
        socketId,
        pushes,
        emit: (event, payload) => void pushes.push({ event, payload }),
        onDisconnect: (callback) => void callbacks.push(callback),
        disconnect: () => callbacks.splice(0).forEach((callback) => callback()),
    };
}

const input = GitRepositoryInput.parse({ url: "https://github.com/me/app.git", branch: "main", provider: "github" });

describe("the plugin's socket events", () => {
    let edge: Edge;
    let handlers: CicdHandlers;
    let socket: TestSocket;
    beforeEach(async () => {
        edge = await createEdge();
        handlers = cicdHandlers(edge.services);
        socket = createSocket();
    });

    it("have a handler each", () => {
        expect(Object.keys(handlers).sort()).toEqual(Object.keys(cicdEvents).sort());
    });

    it("connect, show, test and disconnect a repository, and push the change", async () => {
        expect(await handlers.getGitRepository(["web"], socket)).toEqual({ repository: null });
        const { repository } = await handlers.saveGitRepository(["web", input], socket);
        expect(repository).toMatchObject({ stackId: "web", provider: "github" });
        expect(await handlers.getWebhookSecret(["web"], socket)).toEqual({
            webhookSecret: repository.webhookSecret,
            webhookUrl: repository.webhookUrl,
            registryUrl: `https://dockge.example/api/webhooks/registry/${repository.id}?token=token-of-${repository.id}`,
        });
        expect(await handlers.testGitConnection(["web", input], socket)).toMatchObject({ defaultBranch: "main" });
        expect(await handlers.deleteGitRepository(["web"], socket)).toEqual({});
        expect(edge.host.pushes).toMatchObject([
            { event: "gitRepositoryUpdate", payload: { stackName: "web", repository: { id: repository.id } } },
            { event: "gitRepositoryUpdate", payload: { stackName: "web", repository: null } },
        ]);
        await expect(handlers.getWebhookSecret(["web"], socket)).rejects.toMatchObject({ code: "not_found" });
    });

    it("read and save the build configuration", async () => {
        expect(await handlers.getBuildConfig(["web"], socket)).toEqual({ buildConfig: null });
        await handlers.saveGitRepository(["web", input], socket);
        const wanted = BuildConfigInput.parse({ timeout: 99 });
        const saved = await handlers.saveBuildConfig(["web", wanted], socket);
        expect(saved.buildConfig.timeout).toBe(99);
        expect(await handlers.getBuildConfig(["web"], socket)).toEqual(saved);
    });

    it("trigger, show, list, cancel and roll back deployments", async () => {
        const { deployment } = await handlers.triggerBuild(["old"], socket);
        const details = await handlers.getDeploymentDetails([deployment.id], socket);
        expect(details.deployment).toMatchObject({ id: deployment.id, status: "pending" });
        const history = await handlers.getDeploymentHistory(["old", 20, undefined], socket);
        expect(history).toMatchObject({ deployments: [{ id: deployment.id }], nextCursor: null });
        const cancelled = await handlers.cancelBuild([deployment.id], socket);
        expect(cancelled.deployment.status).toBe("cancelled");
        expect((await handlers.rollbackDeployment([deployment.id], socket)).deployment.stackId).toBe("old");
        expect((await handlers.previewDeployment(["old", {}], socket)).preview.services).toEqual([]);
    });

    it("list deliveries and deliver again", async () => {
        const [event] = await edge.stores.events.createAll([newWebhookEvent({ stackId: "old" })]);
        const list = await handlers.getWebhookEvents(["old", 20, undefined], socket);
        expect(list).toMatchObject({ events: [{ id: event?.id, stack: "old", verdict: "queued" }], nextCursor: null });
        expect((await handlers.redeliverWebhookEvent([event?.id ?? ""], socket)).event.id).toBe(event?.id);
    });
});

describe("a log that a browser follows", () => {
    let edge: Edge;
    let handlers: CicdHandlers;
    let socket: TestSocket;
    let id: string;
    beforeEach(async () => {
        edge = await createEdge();
        handlers = cicdHandlers(edge.services);
        socket = createSocket();
        id = (await edge.stores.deployments.create(newDeployment())).id;
    });

    /** The numbers of all pushed lines, in order. */
    function pushed(to: TestSocket = socket): number[] {
        return to.pushes.flatMap(({ payload }) => {
            const { lines } = payload as CicdPushes["buildLogUpdate"];
            return lines.map(({ seq }) => seq);
        });
    }

    function numbers(from: number, to: number): number[] {
        return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    }

    it("gets what is there as the answer, and the rest as pushes", async () => {
        edge.logs.write(id, ["one", "two"]);
        const answer = await handlers.subscribeBuildLog([id, undefined], socket);
        expect(answer).toMatchObject({ firstSeq: 1, lastSeq: 2, lines: [{ text: "one" }, { text: "two" }] });
        edge.logs.write(id, ["three"]);
        await expect.poll(() => pushed()).toEqual([3]);
        expect(socket.pushes[0]).toMatchObject({ event: "buildLogUpdate", payload: { deploymentId: id } });
    });

    it("misses nothing and sees nothing twice, whatever is written while it subscribes", async () => {
        edge.logs.write(id, ["one"]);
        let rounds = 0;
        edge.logs.beforeRead = () => {
            rounds += 1;
            if (rounds <= 5) {
                edge.logs.write(id, ["meanwhile", "and more"]);
            }
        };
        const { lines, lastSeq } = await handlers.subscribeBuildLog([id, undefined], socket);
        edge.logs.write(id, ["right after the answer"]);
        await expect.poll(() => [...lines.map(({ seq }) => seq), ...pushed()]).toEqual(numbers(1, 12));
        expect(lastSeq).toBe(3);
    });

    it("gets no push before the answer", async () => {
        edge.logs.write(id, ["one"]);
        const order: string[] = [];
        const emit: TestSocket["emit"] = () => void order.push("push");
        edge.logs.beforeRead = () => {
            edge.logs.beforeRead = () => undefined;
            queueMicrotask(() => edge.logs.write(id, ["two"]));
        };
        const answer = handlers
            .subscribeBuildLog([id, undefined], { ...socket, emit })
            .then(() => order.push("answer"));
        await answer;
        edge.logs.write(id, ["three"]);
        await expect.poll(() => order).toContain("push");
        expect(order[0]).toBe("answer");
    });

    it("gets everything after the number it has, also when that is more than one page", async () => {
        edge.logs.write(id, Array.from({ length: 5000 }, String));
        const answer = await handlers.subscribeBuildLog([id, { afterSeq: 10, limit: 2000 }], socket);
        expect([answer.firstSeq, answer.lastSeq]).toEqual([11, 2010]);
        await expect.poll(() => pushed()).toEqual(numbers(2011, 5000));
    });

    it("only reads when it asks for earlier lines", async () => {
        edge.logs.write(id, Array.from({ length: 50 }, String));
        const answer = await handlers.subscribeBuildLog([id, { beforeSeq: 21, limit: 10 }], socket);
        expect([answer.firstSeq, answer.lastSeq]).toEqual([11, 20]);
        await new Promise((resolve) => setImmediate(resolve));
        expect(edge.logs.followers(id)).toBe(0);
    });

    it("follows once however often it subscribes", async () => {
        await handlers.subscribeBuildLog([id, undefined], socket);
        await handlers.subscribeBuildLog([id, undefined], socket);
        await expect.poll(() => edge.logs.followers(id)).toBe(1);
        edge.logs.write(id, ["one"]);
        await expect.poll(() => pushed()).toEqual([1]);
    });

    it.each(["unsubscribes", "disconnects"] as const)("is left alone when it %s", async (how) => {
        await handlers.subscribeBuildLog([id, undefined], socket);
        await expect.poll(() => edge.logs.followers(id)).toBe(1);
        if (how === "disconnects") {
            socket.disconnect();
        } else {
            await handlers.unsubscribeBuildLog([id], socket);
        }
        expect(edge.logs.followers(id)).toBe(0);
    });

    it("is not followed for a browser that went away while it asked", async () => {
        edge.logs.beforeRead = () => socket.disconnect();
        await handlers.subscribeBuildLog([id, undefined], socket);
        await new Promise((resolve) => setImmediate(resolve));
        expect(edge.logs.followers(id)).toBe(0);
    });

    it("goes to every browser by itself", async () => {
        const other = createSocket(admin, "socket-2");
        await handlers.subscribeBuildLog([id, undefined], socket);
        await handlers.subscribeBuildLog([id, undefined], other);
        await expect.poll(() => edge.logs.followers(id)).toBe(2);
        socket.disconnect();
        edge.logs.write(id, ["one"]);
        await expect.poll(() => pushed(other)).toEqual([1]);
        expect(pushed()).toEqual([]);
    });

    it("does not exist for an unknown deployment", async () => {
        await expect(handlers.subscribeBuildLog(["none", undefined], socket)).rejects.toMatchObject({
            code: "not_found",
        });
    });
});
