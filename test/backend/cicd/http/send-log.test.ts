import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEvents, type StreamEvent } from "../../../../backend/cli/event-stream.ts";
import { LogLine } from "../../../../common/schema/log-line.ts";
import { admin } from "../../../support/edge.ts";
import { listen } from "../../../support/listen.ts";
import { newDeployment } from "../../../support/records.ts";
import { createRestApp, type RestApp } from "../../../support/rest-app.ts";

describe("a deployment's log over REST", () => {
    let rest: RestApp;
    let server: Server;
    let base: string;
    let id: string;
    beforeEach(async () => {
        rest = await createRestApp();
        server = createServer(rest.app);
        base = `${await listen(server)}/api/v1`;
        id = (await rest.stores.deployments.create(newDeployment())).id;
    });
    afterEach(async () => {
        server.closeAllConnections();
        server.close();
        await once(server, "close");
    });

    function open(headers: Record<string, string> = {}, query = ""): Promise<Response> {
        return fetch(`${base}/deployments/${id}/logs${query}`, {
            headers: { authorization: "Bearer reader", accept: "text/event-stream", ...headers },
        });
    }

    async function endDeployment(): Promise<void> {
        await rest.stores.deployments.transition(id, "pending", "failed", {
            error: "It failed.",
            errorCode: "build_failed",
        });
        rest.clock.advance(1000);
    }

    function eventsOf(response: Response): AsyncGenerator<StreamEvent, void> {
        return readEvents(response.body ?? (async function* () {})());
    }

    it("is plain text without further ado, as far as it is written", async () => {
        rest.logs.write(id, ["one", "two"]);
        const response = await open({ accept: "*/*" });
        expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
        expect(await response.text()).toBe("one\ntwo\n");
    });

    it("is text from the first line on, also beyond one page of the store", async () => {
        rest.logs.write(
            id,
            Array.from({ length: 4500 }, (_, index) => String(index)),
        );
        const text = await (await open({ accept: "text/plain" })).text();
        expect(text.trimEnd().split("\n")).toHaveLength(4500);
    });

    it("can be narrowed to a phase and a job", async () => {
        rest.logs.write(id, ["a"], { phase: "fetching" });
        rest.logs.write(id, ["b"], { phase: "pipeline", job: "test" });
        rest.logs.write(id, ["c"], { phase: "pipeline", job: "lint" });
        expect(await (await open({ accept: "text/plain" }, "?phase=pipeline")).text()).toBe("b\nc\n");
        expect(await (await open({ accept: "text/plain" }, "?phase=pipeline&job=lint")).text()).toBe("c\n");
        expect((await open({}, "?phase=nonsense")).status).toBe(400);
    });

    it("answers 404 for an unknown deployment, and 400 for a Last-Event-ID that is no number", async () => {
        expect((await open({ "last-event-id": "x" })).status).toBe(400);
        id = "unknown";
        expect((await open()).status).toBe(404);
    });

    it("streams what is there and what comes, and ends with the deployment", async () => {
        rest.logs.write(id, ["one"]);
        const response = await open();
        expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
        const events = eventsOf(response);
        const first = await events.next();
        expect(first.value).toMatchObject({ event: "message", id: "1" });
        expect(LogLine.parse(JSON.parse(first.value?.data ?? "")).text).toBe("one");
        rest.logs.write(id, ["two"]);
        expect((await events.next()).value).toMatchObject({ id: "2" });
        await endDeployment();
        const end = (await events.next()).value;
        expect(end?.event).toBe("end");
        expect(JSON.parse(end?.data ?? "")).toEqual({
            status: "failed",
            error: "It failed.",
            errorCode: "build_failed",
        });
        expect((await events.next()).done).toBe(true);
        expect(rest.logs.followers(id)).toBe(0);
    });

    it("resumes after the last event that the client has", async () => {
        rest.logs.write(id, ["one", "two", "three"]);
        await endDeployment();
        const seen: (string | undefined)[] = [];
        for await (const event of eventsOf(await open({ "last-event-id": "2" }))) {
            seen.push(event.id ?? event.event);
        }
        expect(seen).toEqual(["3", "end"]);
    });

    it("gives every line once to a client that comes back again and again", async () => {
        const seen: number[] = [];
        for (let round = 0; round < 5; round += 1) {
            rest.logs.write(id, ["a", "b", "c"]);
            const leave = new AbortController();
            const response = await fetch(`${base}/deployments/${id}/logs`, {
                headers: {
                    authorization: "Bearer reader",
                    accept: "text/event-stream",
                    "last-event-id": String(seen.at(-1) ?? 0),
                },
                signal: leave.signal,
            });
            const events = eventsOf(response);
            // Leaves in the middle of a batch.
            seen.push(Number((await events.next()).value?.id), Number((await events.next()).value?.id));
            leave.abort();
        }
        expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
    });

    it("ends where the caller's login ends meanwhile", async () => {
        let isLoggedIn = true;
        const app = await createRestApp({
            host: { authenticate: async () => (isLoggedIn ? admin : undefined) },
            recheckMilliseconds: 10,
        });
        const own = createServer(app.app);
        const address = await listen(own);
        const { id: followed } = await app.stores.deployments.create(newDeployment());
        const response = await fetch(`${address}/api/v1/deployments/${followed}/logs`, {
            headers: { authorization: "Bearer login", accept: "text/event-stream" },
        });
        await expect.poll(() => app.logs.followers(followed)).toBe(1);
        isLoggedIn = false;
        await expect(response.text()).rejects.toThrow();
        await expect.poll(() => app.logs.followers(followed)).toBe(0);
        own.close();
    });

    it("stops following when the client goes away", async () => {
        const leave = new AbortController();
        const response = await fetch(`${base}/deployments/${id}/logs`, {
            headers: { authorization: "Bearer reader", accept: "text/event-stream" },
            signal: leave.signal,
        });
        expect(response.status).toBe(200);
        await expect.poll(() => rest.logs.followers(id)).toBe(1);
        leave.abort();
        await expect.poll(() => rest.logs.followers(id)).toBe(0);
    });
});
