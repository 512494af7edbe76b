import { expect, it } from "vitest";
import { createCoalescer } from "../../../../backend/host/services/coalescer.ts";

function ignore(): void {
    // No failure is expected.
}

it("makes one run of many calls within a moment", async () => {
    let runs = 0;
    await new Promise<void>((resolve) => {
        const coalescer = createCoalescer(
            async () => {
                runs += 1;
                resolve();
            },
            5,
            ignore,
        );
        [1, 2, 3].forEach(() => coalescer.soon());
    });
    expect(runs).toBe(1);
});

it("runs again after a run under way, once for all who ask meanwhile", async () => {
    const ends: (() => void)[] = [];
    let runs = 0;
    const coalescer = createCoalescer(
        async () => {
            runs += 1;
            const own = runs;
            await new Promise<void>((resolve) => ends.push(resolve));
            return own;
        },
        5,
        ignore,
    );
    const first = coalescer.now();
    const later = Promise.all([coalescer.now(), coalescer.now()]);
    ends.shift()?.();
    expect(await first).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    ends.shift()?.();
    expect(await later).toEqual([2, 2]);
});

it("hands failures of later runs on, and runs again", async () => {
    let runs = 0;
    const error = await new Promise((resolve) => {
        const coalescer = createCoalescer(
            async () => {
                runs += 1;
                throw new Error(`run ${runs}`);
            },
            1,
            resolve,
        );
        coalescer.soon();
    });
    expect(error).toEqual(new Error("run 1"));
});
