import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LogFollower } from "../../../../backend/cicd/services/follow-log.ts";
import { createMemoryLogs } from "../../../support/memory-logs.ts";

/** Lets everything that is ready run. */
async function settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
}

describe("following a log", () => {
    it("hands on every line after the start, once and in order, however writing, reading and a slow viewer interleave", async () => {
        const step = fc.oneof(
            fc.record({ do: fc.constant("write" as const), count: fc.integer({ min: 1, max: 5 }) }),
            fc.record({ do: fc.constant("let the viewer go on" as const) }),
            fc.record({ do: fc.constant("settle" as const) }),
        );
        await fc.assert(
            fc.asyncProperty(
                fc.integer({ min: 0, max: 10 }),
                fc.integer({ min: 0, max: 10 }),
                fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }),
                fc.array(step, { maxLength: 20 }),
                async (before, afterSeq, duringReads, steps) => {
                    const logs = createMemoryLogs();
                    logs.write(
                        "d",
                        Array.from({ length: before }, () => "x"),
                    );
                    const writes = [...duringReads];
                    logs.beforeRead = () => {
                        logs.write(
                            "d",
                            Array.from({ length: writes.shift() ?? 0 }, () => "x"),
                        );
                    };
                    const seen: number[] = [];
                    const waiting: (() => void)[] = [];
                    let isSlow = true;
                    const follower = new LogFollower({
                        logs,
                        id: "d",
                        afterSeq,
                        async onLines(lines) {
                            seen.push(...lines.map(({ seq }) => seq));
                            if (isSlow) {
                                await new Promise<void>((resolve) => waiting.push(resolve));
                            }
                        },
                        onError: (error) => expect.unreachable(String(error)),
                    });
                    let written = before;
                    for (const action of steps) {
                        if (action.do === "write") {
                            logs.write(
                                "d",
                                Array.from({ length: action.count }, () => "x"),
                            );
                            written += action.count;
                        }
                        if (action.do === "let the viewer go on") {
                            waiting.shift()?.();
                        }
                        if (action.do === "settle") {
                            await settle();
                        }
                    }
                    isSlow = false;
                    waiting.splice(0).forEach((goOn) => goOn());
                    await follower.catchUp();
                    follower.stop();
                    const last =
                        written +
                        duringReads.reduce((sum, count) => sum + count, 0) -
                        writes.reduce((a, b) => a + b, 0);
                    const wanted = Array.from(
                        { length: Math.max(0, last - afterSeq) },
                        (_, index) => afterSeq + index + 1,
                    );
                    expect(seen).toEqual(wanted);
                },
            ),
            { numRuns: 300 },
        );
    });

    it("stops, and tells why, when the log cannot be read", async () => {
        const logs = createMemoryLogs();
        logs.beforeRead = () => Promise.reject(new Error("disk"));
        const errors: unknown[] = [];
        new LogFollower({
            logs,
            id: "d",
            afterSeq: 0,
            onLines: () => undefined,
            onError: (error) => errors.push(error),
        });
        await expect.poll(() => errors).toHaveLength(1);
        expect(logs.followers("d")).toBe(0);
    });

    it("hands nothing on after it was stopped", async () => {
        const logs = createMemoryLogs();
        const seen: number[] = [];
        const follower = new LogFollower({
            logs,
            id: "d",
            afterSeq: 0,
            onLines: (lines) => void seen.push(...lines.map(({ seq }) => seq)),
            onError: () => undefined,
        });
        logs.write("d", ["x"]);
        follower.stop();
        await settle();
        expect(seen).toEqual([]);
    });
});
