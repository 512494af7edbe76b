import { expect, it, onTestFinished } from "vitest";
import type { EngineState } from "../../../../common/socket/host-events.ts";
import { AppError } from "../../../../common/errors.ts";
import type { ContainerWatch } from "../../../../backend/host/core/container-watch.ts";
import type { StackContainer } from "../../../../backend/host/core/stack.ts";
import { noExtension } from "../../../../backend/host/core/stack-extension.ts";
import type { StackList } from "../../../../backend/host/services/list-stacks.ts";
import { createLiveStacks } from "../../../../backend/host/services/live-stacks.ts";

function container(state: string): StackContainer {
    return { project: "web", service: "web", state, oneOff: false };
}

/** An engine that has what the test says; undefined: it is away. */
async function createLive(first: readonly StackContainer[] | undefined) {
    let containers = first;
    let tell = (): void => undefined;
    const lists: StackList[] = [];
    const engines: EngineState[] = [];
    const waiting: (() => void)[] = [];
    const watch: ContainerWatch = {
        ping: async () => undefined,
        listNetworks: async () => [],
        watch: ({ onChange }) => void (tell = onChange),
        list: async () => {
            if (containers === undefined) {
                throw new AppError("unavailable", "The engine is away; start it");
            }
            return containers;
        },
    };
    const silent = (): void => undefined;
    const live = createLiveStacks({
        files: { scan: async () => [{ name: "web", composeFileName: "compose.yaml" }] },
        watch,
        extension: () => noExtension,
        log: { debug: silent, info: silent, warn: silent, error: silent },
        isWatched: () => false,
        onList: (list) => void lists.push(list),
        onEngine: (state) => void engines.push(state),
        onLook: () => waiting.splice(0).forEach((resolve) => resolve()),
    });
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    await live.start(stopping.signal);
    return {
        live,
        engines,
        statuses: () => lists.map((list) => list["web"]?.status),
        /** Changes what runs, and waits until the list has looked. */
        change(next: readonly StackContainer[] | undefined): Promise<void> {
            containers = next;
            tell();
            return new Promise((resolve) => waiting.push(resolve));
        },
    };
}

it("tells only what has changed", async () => {
    const { change, statuses } = await createLive([container("running")]);
    await change([container("running")]);
    await change([container("exited")]);
    await change([]);
    expect(statuses()).toEqual([3, 4, 1]);
});

it("keeps the stacks but no status while the engine is away, and says so once", async () => {
    const { change, statuses, engines, live } = await createLive(undefined);
    const away = { available: false, message: "The engine is away; start it" };
    expect(live.engine()).toEqual(away);
    await change(undefined);
    await change([container("running")]);
    await change(undefined);
    expect(statuses()).toEqual([0, 3, 0]);
    expect(engines).toEqual([away, { available: true }, away]);
    expect(live.containersOf("web")).toEqual([]);
});

it("makes one look of many events", async () => {
    const { change, live, statuses } = await createLive([]);
    live.refresh();
    live.refresh();
    await change([container("running")]);
    expect(statuses()).toEqual([1, 3]);
});
