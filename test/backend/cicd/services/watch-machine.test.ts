import { expect, it, onTestFinished } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import type { Engine } from "../../../../backend/cicd/core/engine.ts";
import { watchMachine } from "../../../../backend/cicd/services/watch-machine.ts";
import { createTestClock } from "../../../support/clock.ts";
import { containerState } from "../../../support/containers.ts";
import { createFakeEngine } from "../../../support/fake-engine.ts";
import { until } from "../../../support/until.ts";

/** A machine that is watched, with what the test lets happen there. */
function createWatched() {
    const engine = createFakeEngine();
    const clock = createTestClock();
    const watchers: Parameters<Engine["watch"]>[0][] = [];
    let failure: Error | undefined;
    let looks = 0;
    let changes = 0;
    const watching = () => watchers.filter(({ signal }) => !signal.aborted);
    const watch = watchMachine({
        name: "attic",
        clock,
        onChange: () => void (changes += 1),
        engine: {
            async listContainers(labels) {
                looks += 1;
                if (failure !== undefined) {
                    throw failure;
                }
                return engine.listContainers(labels);
            },
            watch: (options) => void watchers.push(options),
        },
    });
    onTestFinished(() => watch.stop());
    return {
        watch,
        engine,
        clock,
        watching,
        looks: () => looks,
        changes: () => changes,
        fail: (error?: Error) => void (failure = error),
        happen: () => watching().forEach(({ onEvent }) => onEvent({ action: "die", containerId: "c1", labels: {} })),
    };
}

const lost = new AppError("unavailable", "host: the connection was lost");
const refused = new AppError("unauthorized", "privateKey: refused");

it("knows nothing before the machine has answered, and then its containers by project", async () => {
    const { watch, engine } = createWatched();
    engine.add(containerState({ id: "c1", name: "shop-web-1" }));
    expect(watch.away()).toBe("attic has not answered yet.");
    await watch.look();

    expect(watch.away()).toBeUndefined();
    expect(watch.containersOf("shop")).toMatchObject([{ name: "shop-web-1", service: "web", state: "running" }]);
    expect(watch.containersOf("other")).toEqual([]);
});

it("looks again when something happens there, and tells", async () => {
    const { watch, engine, happen, watching, changes } = createWatched();
    await until(() => watching().length === 1);
    const before = changes();
    engine.add(containerState({ id: "c1", status: "exited" }));
    happen();
    await until(() => changes() > before);

    expect(watch.containersOf("shop")).toMatchObject([{ state: "exited" }]);
});

it("makes one look of what happens while it looks", async () => {
    const { watch, happen, watching, looks } = createWatched();
    await until(() => watching().length === 1);
    const before = looks();
    happen();
    happen();
    happen();
    await watch.look();
    await watch.look();

    expect(looks() - before).toBeLessThanOrEqual(3);
});

it("says why nothing is known when the machine goes, and connects again with growing pauses", async () => {
    const { watch, engine, clock, watching, fail, looks } = createWatched();
    engine.add(containerState({ id: "c1" }));
    await until(() => watching().length === 1);
    fail(lost);
    watching()[0]?.onAway();
    await until(() => watch.away() !== undefined);
    expect(watch.away()).toBe("attic is not reached: host: the connection was lost.");
    expect(watch.containersOf("shop")).toEqual([]);

    for (const pause of [1000, 2000, 4000, 8000, 15_000, 15_000]) {
        const before = looks();
        await settle();
        clock.advance(pause - 1);
        await settle();
        expect(looks()).toBe(before);
        clock.advance(1);
        await until(() => looks() === before + 1);
    }
    fail(undefined);
    await settle();
    clock.advance(15_000);
    await until(() => watching().length === 1);
    expect(watch.away()).toBeUndefined();
    expect(watch.containersOf("shop")).toHaveLength(1);
});

it("does not try on where the machine refuses the key", async () => {
    const { clock, fail, looks } = createWatched();
    fail(refused);
    await until(() => looks() === 1);
    await settle();
    clock.advance(60_000);
    await settle();
    expect(looks()).toBe(1);
});

it("looks no more once it is stopped", async () => {
    const { watch, watching, looks } = createWatched();
    await until(() => watching().length === 1);
    watch.stop();
    const before = looks();
    await watch.look();

    expect(watching()).toEqual([]);
    expect(looks()).toBe(before);
});

function settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
}
