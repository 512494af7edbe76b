import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWebhookEventStore } from "../../../../../backend/cicd/adapters/sqlite/webhook-event-store.ts";
import { WebhookVerdict } from "../../../../../common/schema/webhook-event.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newWebhookEvent } from "../../../../support/records.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

async function open(file?: string) {
    const clock = createTestClock();
    const database = await openTestDatabase(file);
    return { clock, database, store: createWebhookEventStore({ database, clock }) };
}

describe("webhook events", () => {
    it("are found as they were stored", async () => {
        const { store } = await open();
        const given = newWebhookEvent({
            deliveryId: "d1",
            signature: "***",
            reason: "r",
            deploymentId: "x",
            error: "e",
        });

        const [stored, unprocessed] = await store.createAll([given, newWebhookEvent({ processed: false })]);

        expect(stored).toMatchObject({ ...given, receivedAt: "2026-01-31T12:00:00.000Z" });
        expect(stored?.processedAt).toBe(stored?.receivedAt);
        expect(unprocessed?.processedAt).toBeUndefined();
        expect(await store.find(stored?.id ?? "")).toEqual(stored);
        expect(await store.find("unknown")).toBeUndefined();
    });

    it("carry what is known only when they are stored: the answer, which names the first of them", async () => {
        const { store } = await open();
        const seal = (eventId: string) => ({
            answer: { status: 202, body: { ok: true, eventId } },
            durationMilliseconds: 12.5,
        });

        const stored = await store.createAll([newWebhookEvent(), newWebhookEvent({ stackId: "shop" })], seal);

        const first = stored[0]?.id ?? "";
        for (const { id } of stored) {
            expect(await store.find(id)).toMatchObject(seal(first));
        }
        expect(await store.createAll([], seal)).toEqual([]);
    });

    it.each([[null], ["text"], [[1, 2]], [{ a: { b: "ü" } }], [undefined]])("keep the payload %j", async (payload) => {
        const { store } = await open();

        const [stored] = await store.createAll([newWebhookEvent({ payload })]);

        expect((await store.find(stored?.id ?? ""))?.payload).toEqual(payload ?? null);
    });

    it("are stored all or none", async () => {
        const { store, database } = await open();
        const broken = newWebhookEvent({ verdict: "maybe" as never });

        await expect(store.createAll([newWebhookEvent(), broken])).rejects.toThrow();
        expect(await database.knex("webhook_events")).toEqual([]);
    });

    it("are listed newest first, page by page, those of one stack", async () => {
        const { store } = await open();
        const all = await store.createAll(
            ["1", "2", "3"].flatMap((eventType) => [
                newWebhookEvent({ eventType }),
                newWebhookEvent({ eventType, stackId: "shop" }),
            ]),
        );

        const first = await store.list("web", 2);
        const second = await store.list("web", 2, first.at(-1)?.id);

        expect(first.map((event) => event.eventType)).toEqual(["3", "2"]);
        expect(second).toEqual([all[0]]);
    });

    it("are found by delivery only where they led to a deployment, the newest", async () => {
        const { store } = await open();
        await store.createAll([
            newWebhookEvent({ deliveryId: "d1", deploymentId: "one" }),
            newWebhookEvent({ deliveryId: "d1", deploymentId: "two" }),
            newWebhookEvent({ deliveryId: "d1", verdict: "duplicate" }),
            newWebhookEvent({ deliveryId: "d2", verdict: "ignored" }),
        ]);

        expect(await store.findDelivery("repository-1", "d1")).toMatchObject({ deploymentId: "two" });
        expect(await store.findDelivery("repository-1", "d2")).toBeUndefined();
        expect(await store.findDelivery("repository-2", "d1")).toBeUndefined();
    });

    it("are the newest 500 of each repository", async () => {
        const { store, database } = await open();
        await store.createAll([newWebhookEvent({ repositoryId: "other", eventType: "kept" })]);
        for (let batch = 0; batch < 7; batch += 1) {
            await store.createAll(
                Array.from({ length: 100 }, (_, index) => newWebhookEvent({ eventType: String(batch * 100 + index) })),
            );
        }
        await store.createAll([newWebhookEvent({ eventType: "700" })]);

        const types: unknown[] = await database.knex("webhook_events").orderBy("seq").pluck("event_type");

        expect(types).toEqual(["kept", ...Array.from({ length: 500 }, (_, index) => String(201 + index))]);
    });

    it("take every verdict", async () => {
        const { store } = await open();

        const stored = await store.createAll(WebhookVerdict.options.map((verdict) => newWebhookEvent({ verdict })));

        expect(stored.map((event) => event.verdict)).toEqual(WebhookVerdict.options);
    });

    it("cost little more than a bare INSERT of the same rows, pruned all the while", async () => {
        const { store, database } = await open(join(await temporaryDirectory(), "dockge.db"));
        await database.knex.raw("create table bare as select * from webhook_events limit 0");
        const payload = { commits: Array.from({ length: 10 }, (_, index) => ({ id: "f".repeat(40), index })) };
        const perRound = 300;
        const insert = "insert into bare (delivery_id, event_type, payload, headers) values (?, ?, ?, ?)";
        const bare = (round: number) => (index: number) =>
            database.knex.raw(insert, [`${round}-${index}`, "push", JSON.stringify(payload), "{}"]);
        const ours = (round: number) => (index: number) =>
            store.createAll([newWebhookEvent({ payload, deliveryId: `${round}-${index}` })]);
        const ratios: number[] = [];

        // In turns and the best of a few rounds, because other tests share the machine.
        for (let round = 0; round < 6; round += 1) {
            const baseline = await millisecondsOf(perRound, bare(round));
            ratios.push(baseline / (await millisecondsOf(perRound, ours(round))));
        }

        expect(await database.knex("webhook_events").count({ events: "*" })).toEqual([{ events: 500 }]);
        expect(Math.max(...ratios)).toBeGreaterThan(0.3);
    });

    it("of many deliveries at the same time are all stored", async () => {
        const { store, database } = await open(join(await temporaryDirectory(), "dockge.db"));
        const events = Array.from({ length: 400 }, (_, index) => newWebhookEvent({ deliveryId: String(index) }));

        const stored = await Promise.all(events.map((event) => store.createAll([event])));

        const ids: unknown[] = await database.knex("webhook_events").orderBy("seq").pluck("id");
        expect(ids).toEqual(stored.flat().map(({ id }) => id));
    });
});

/** How long a step takes, done so many times one after the other. */
async function millisecondsOf(times: number, step: (index: number) => PromiseLike<unknown>): Promise<number> {
    const started = performance.now();
    for (let index = 0; index < times; index += 1) {
        await step(index);
    }
    return performance.now() - started;
}
