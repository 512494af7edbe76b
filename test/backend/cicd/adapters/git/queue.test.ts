import { describe, expect, it } from "vitest";
import { createQueue } from "../../../../../backend/cicd/adapters/git/queue.ts";

const never = new AbortController().signal;

/** A task that ends when it is told to. */
function held() {
    let release = (): void => undefined;
    const done = new Promise<void>((resolve) => {
        release = resolve;
    });
    return { done, release };
}

describe("tasks of one key", () => {
    it("run one after the other, those of another key beside them, a failing one in nobody's way", async () => {
        const queue = createQueue();
        const first = held();
        const log: string[] = [];
        const running = [
            queue
                .run("a", never, async () => {
                    await first.done;
                    log.push("a1");
                    throw new Error("a1 failed");
                })
                .catch(() => undefined),
            queue.run("a", never, async () => void log.push("a2")),
        ];
        await queue.run("b", never, async () => void log.push("b1"));
        first.release();
        await Promise.all(running);
        expect(log).toEqual(["b1", "a1", "a2"]);
    });

    it("keep their order when one in the middle stops waiting", async () => {
        const queue = createQueue();
        const first = held();
        const cancel = new AbortController();
        const log: string[] = [];
        const one = queue.run("a", never, async () => {
            await first.done;
            log.push("one");
        });
        const two = queue.run("a", cancel.signal, async () => void log.push("two"));
        const three = queue.run("a", never, async () => void log.push("three"));
        cancel.abort(new Error("stop"));
        await expect(two).rejects.toThrow("stop");
        expect(log).toEqual([]);
        first.release();
        await Promise.all([one, three]);
        expect(log).toEqual(["one", "three"]);
    });
});
