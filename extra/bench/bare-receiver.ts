import { createHmac, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import Database from "better-sqlite3";
import express from "express";

/**
 * The baseline of deliveries, as a program of its own: Express, HMAC over the raw body, one INSERT, and nothing else.
 * Called with a folder and the secret; prints its port. It is as durable as the product: journal and `synchronous` are
 * the same, and every delivery is committed, in a transaction of its own, before it is answered.
 */
const [folder = ".", secret = ""] = process.argv.slice(2);

const database = new Database(join(folder, "bare.db"));
database.pragma("journal_mode = WAL");
database.pragma("synchronous = NORMAL");
database.exec(
    "create table events (id integer primary key, delivery_id text, event_type text, headers text, payload text, received_at text)",
);
const insert = database.prepare(
    "insert into events (delivery_id, event_type, headers, payload, received_at) values (?, ?, ?, ?, ?)",
);

const app = express();
app.disable("x-powered-by");
app.post("/webhook", express.raw({ type: () => true, limit: "25mb" }), (request, response) => {
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body) || !isSigned(body, request.get("x-hub-signature-256") ?? "")) {
        response.status(401).json({ ok: false });
        return;
    }
    const { lastInsertRowid } = insert.run(
        request.get("x-github-delivery"),
        request.get("x-github-event"),
        JSON.stringify(request.headers),
        body.toString(),
        new Date().toISOString(),
    );
    response.status(202).json({ ok: true, eventId: Number(lastInsertRowid) });
});

const server = app.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.stdout.write(`${typeof address === "object" && address !== null ? String(address.port) : ""}\n`);
});

function isSigned(body: Buffer, given: string): boolean {
    const wanted = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`);
    const sent = Buffer.from(given);
    return sent.length === wanted.length && timingSafeEqual(sent, wanted);
}
