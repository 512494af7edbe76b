import { expect, it, onTestFinished, vi } from "vitest";
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
async function createLive(first: readonly StackContainer[] | undefined, names: readonly string[] = ["web"]) {
    let containers = first;
    let followed: readonly string[] | undefined;
    let isWatched = false;
    let tellOfFolder = (): void => undefined;
    let [looks, scans, hasAll] = [0, 0, true];
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
        files: {
            async scan() {
                scans += 1;
                return names.map((name) => ({ name, composeFileName: "compose.yaml" as const }));
            },
        },
        folders: {
            follow(folders, onChange) {
                const hasNew = folders.some((folder) => followed?.includes(folder) !== true);
                followed = folders;
                tellOfFolder = onChange;
                return { hasNew, hasAll };
            },
            release: () => (followed = undefined),
        },
        watch,
        extension: () => noExtension,
        log: { debug: silent, info: silent, warn: silent, error: silent },
        isWatched: () => isWatched,
        onList: (list) => void lists.push(list),
        onEngine: (state) => void engines.push(state),
        onLook() {
            looks += 1;
            waiting.splice(0).forEach((resolve) => resolve());
        },
    });
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    await live.start(stopping.signal);
    return {
        live,
        engines,
        followed: () => followed,
        looks: () => looks,
        scans: () => scans,
        leaveSomeOut: () => void (hasAll = false),
        setWatched: (is: boolean) => void (isWatched = is),
        /** What a program did in the stacks directory. */
        changeFolders(next: readonly string[]): void {
            names = next;
            tellOfFolder();
        },
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

it("follows the folders while somebody looks, and shows what comes and goes", async () => {
    const { live, followed, setWatched, changeFolders } = await createLive([]);
    expect(followed()).toBeUndefined();
    setWatched(true);
    await live.refreshNow();
    expect(followed()).toEqual(["web"]);

    changeFolders(["shop", "web"]);
    await expect.poll(() => Object.keys(live.list())).toEqual(["shop", "web"]);
    await expect.poll(followed).toEqual(["shop", "web"]);

    setWatched(false);
    await live.refreshNow();
    expect(followed()).toBeUndefined();
});

it("looks once more at a folder that it has not followed before, and then no more", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { live, looks, setWatched } = await createLive([]);
    setWatched(true);
    await live.refreshNow();
    const before = looks();

    await vi.advanceTimersByTimeAsync(9000);
    expect(looks()).toBe(before + 1);
});

it("neither looks nor follows while nobody is there", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { live, looks, followed, setWatched } = await createLive([]);
    setWatched(true);
    await live.refreshNow();
    setWatched(false);
    await vi.advanceTimersByTimeAsync(10_000);
    const before = looks();

    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(looks()).toBe(before);
    expect(followed()).toBeUndefined();
});

it("reads no folders for the engine's sake while all are followed", async () => {
    const { live, change, scans, statuses, setWatched, leaveSomeOut } = await createLive([]);
    setWatched(true);
    await live.refreshNow();
    await live.refreshNow();
    const before = scans();
    await change([container("running")]);
    await change([container("exited")]);
    expect(statuses()).toEqual([1, 3, 4]);
    expect(scans()).toBe(before);

    leaveSomeOut();
    await change([container("running")]);
    await change([container("exited")]);
    expect(scans()).toBe(before + 1);
});

it("reads no folders for the engine's sake while nobody is there, and reads them for whoever comes", async () => {
    const { live, change, scans, statuses, setWatched, changeFolders } = await createLive([]);
    const before = scans();
    await change([container("running")]);
    await change([container("exited")]);
    expect(statuses()).toEqual([1, 3, 4]);
    expect(scans()).toBe(before);

    changeFolders(["shop", "web"]);
    setWatched(true);
    live.refresh();
    await expect.poll(() => Object.keys(live.list())).toEqual(["shop", "web"]);
});

it("keeps a list that has not changed", async () => {
    const { live, change } = await createLive([container("running")]);
    const before = live.list();
    await change([container("running")]);
    expect(live.list()).toBe(before);
    await change([container("exited")]);
    expect(live.list()).not.toBe(before);
});
