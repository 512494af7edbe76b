import fc from "fast-check";
import { expect, it } from "vitest";
import { readEvents, type StreamEvent } from "../../../backend/cli/event-stream.ts";

async function eventsOf(...chunks: readonly Uint8Array[]): Promise<readonly StreamEvent[]> {
    async function* body() {
        yield* chunks;
    }
    const events: StreamEvent[] = [];
    for await (const event of readEvents(body())) {
        events.push(event);
    }
    return events;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it("reads events, and leaves comments and half events out", async () => {
    const events = await eventsOf(
        bytes(': still here\n\nid: 7\ndata: {"a":1}\n\nevent: end\ndata: x\ndata: y\n\ndata: half'),
    );
    expect(events).toEqual([
        { event: "message", id: "7", data: '{"a":1}' },
        { event: "end", id: undefined, data: "x\ny" },
    ]);
});

it("reads the same wherever the stream is cut", async () => {
    const whole = bytes("id: 1\ndata: grün ☂\n\nevent: end\ndata: {}\n\n");
    const wanted = await eventsOf(whole);
    await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: whole.length })), async (cuts) => {
            const positions = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
            const chunks = positions.slice(1).map((end, index) => whole.slice(positions[index], end));
            expect(await eventsOf(...chunks)).toEqual(wanted);
        }),
    );
});
