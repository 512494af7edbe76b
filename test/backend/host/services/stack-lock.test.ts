import { expect, it } from "vitest";
import { createStackLock } from "../../../../backend/host/services/stack-lock.ts";

function held(result: ReturnType<ReturnType<typeof createStackLock>["tryAcquire"]>): { release: () => void } {
    if (!("release" in result)) {
        throw new Error(`held by ${result.heldBy}`);
    }
    return result;
}

it("is held by one, who is named to others", () => {
    const lock = createStackLock();
    const first = held(lock.tryAcquire("demo", "deployment 1"));
    expect(lock.tryAcquire("demo", "start")).toEqual({ heldBy: "deployment 1" });
    held(lock.tryAcquire("other", "start"));
    first.release();
    held(lock.tryAcquire("demo", "start"));
});

it("passes to those who wait, first come, first served", async () => {
    const lock = createStackLock();
    const { signal } = new AbortController();
    const first = held(lock.tryAcquire("demo", "first"));
    const order: string[] = [];
    const waiters = ["second", "third"].map(async (what) => {
        const { release } = await lock.acquire("demo", what, signal);
        order.push(what);
        expect(lock.tryAcquire("demo", "eager")).toEqual({ heldBy: what });
        release();
    });
    first.release();
    await Promise.all(waiters);
    expect(order).toEqual(["second", "third"]);
    held(lock.tryAcquire("demo", "free again"));
});

it("leaves nobody a place who gave up", async () => {
    const lock = createStackLock();
    const giveUp = new AbortController();
    const first = held(lock.tryAcquire("demo", "first"));
    const waiting = lock.acquire("demo", "second", giveUp.signal);
    giveUp.abort(new Error("cancelled"));
    await expect(waiting).rejects.toThrow("cancelled");
    await expect(lock.acquire("demo", "third", giveUp.signal)).rejects.toThrow("cancelled");
    first.release();
    held(lock.tryAcquire("demo", "free"));
});

it("is released once: a second call does not free the next holder's", async () => {
    const lock = createStackLock();
    const first = held(lock.tryAcquire("demo", "first"));
    first.release();
    held(lock.tryAcquire("demo", "second"));
    first.release();
    expect(lock.tryAcquire("demo", "third")).toEqual({ heldBy: "second" });
});
