import { expect, it } from "vitest";
import { mapAtOnce } from "../../../../backend/cicd/core/at-once.ts";

it("keeps the order of the items, whatever ends first, and runs no more at once than allowed", async () => {
    let running = 0;
    let most = 0;
    const results = await mapAtOnce([5, 1, 4, 2, 3], 2, async (item) => {
        running += 1;
        most = Math.max(most, running);
        for (let turn = 0; turn < item; turn += 1) {
            await Promise.resolve();
        }
        running -= 1;
        return item * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30]);
    expect(most).toBe(2);
    expect(await mapAtOnce([], 2, async () => 1)).toEqual([]);
});

it("fails with the first failure", async () => {
    const failing = mapAtOnce([1, 2, 3], 2, async (item) => {
        if (item === 2) {
            throw new Error("two");
        }
        return item;
    });
    await expect(failing).rejects.toThrow("two");
});

it("begins nothing more after a failure, and leaves nothing going on", async () => {
    const begun: number[] = [];
    let ended = 0;
    const failing = mapAtOnce([1, 2, 3, 4, 5], 2, async (item) => {
        begun.push(item);
        if (item === 1) {
            throw new Error("one");
        }
        await new Promise((resolve) => setImmediate(resolve));
        ended += 1;
    });

    await expect(failing).rejects.toThrow("one");
    expect(begun).toEqual([1, 2]);
    expect(ended).toBe(1);
});
