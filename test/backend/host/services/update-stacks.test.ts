import { expect, it } from "vitest";
import { createUpdateStacks } from "../../../../backend/host/services/update-stacks.ts";
import { AppError } from "../../../../common/errors.ts";
import type { StackUpdate } from "../../../../common/schema/image-update.ts";
import { until } from "../../../support/until.ts";

function createRun(failures: Readonly<Record<string, Error>>, stopping = new AbortController()) {
    const told: (readonly StackUpdate[])[] = [];
    const done: string[] = [];
    const update = async (stack: string): Promise<void> => {
        done.push(stack);
        const failure = failures[stack];
        if (failure !== undefined) {
            throw failure;
        }
    };
    const updateStacks = createUpdateStacks({
        update,
        whyNot: async (stack) => (stack === "outside" ? "outside has no folder here" : undefined),
        onUpdates: (updates) => void told.push(updates),
        stopping: stopping.signal,
    });
    return { updateStacks, told, done, last: () => told.at(-1)?.map(({ state }) => state) ?? [] };
}

it("works through them in turn, and goes on when one fails, is busy or has no folder", async () => {
    const { updateStacks, done, told, last } = createRun({
        busy: new AppError("conflict", "busy is busy: deployment 1"),
        bad: new AppError("conflict", "Failed to deploy", { details: { exitCode: 1 } }),
        away: new AppError("unavailable", "The engine does not answer"),
    });
    const begun = updateStacks(["good", "busy", "bad", "away", "outside", "good"]);
    expect(begun).toEqual(
        ["good", "busy", "bad", "away", "outside"].map((stackName) => ({ stackName, state: "waiting" })),
    );
    await until(async () => last().every((state) => state !== "waiting" && state !== "updating") && last().length > 0);
    expect(last()).toEqual(["updated", "skipped", "failed", "failed", "skipped"]);
    expect(told.at(-1)?.[1]).toMatchObject({ message: "busy is busy: deployment 1" });
    expect(done).toEqual(["good", "busy", "bad", "away"]);
    expect(told[0]?.map(({ state }) => state)).toEqual(["updating", "waiting", "waiting", "waiting", "waiting"]);
});

it("refuses a second run until the first has ended", async () => {
    const { updateStacks, last } = createRun({});
    updateStacks(["good"]);
    expect(() => updateStacks(["good"])).toThrow("already");
    await until(async () => last()[0] === "updated");
    await Promise.resolve();
    expect(updateStacks(["good"])).toHaveLength(1);
});

it("stops between two stacks when the server does", async () => {
    const stopping = new AbortController();
    const { updateStacks, done, last } = createRun({}, stopping);
    updateStacks(["one", "two"]);
    stopping.abort();
    await until(async () => last()[0] === "updated");
    expect(done).toEqual(["one"]);
});
