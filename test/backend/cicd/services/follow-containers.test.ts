import { expect, it } from "vitest";
import type { OtherContainer } from "../../../../backend/cicd/core/elsewhere.ts";
import type { FollowLogsOptions } from "../../../../backend/cicd/core/engine.ts";
import { followContainers } from "../../../../backend/cicd/services/follow-containers.ts";

function container(id: string, fields: Partial<OtherContainer> = {}): OtherContainer {
    return { id, name: `shop-${id}-1`, project: "shop", service: id, state: "running", oneOff: false, ...fields };
}

/** Containers whose output the test writes. */
function createFollowed(first: readonly OtherContainer[]) {
    let containers = first;
    const streams: {
        readonly id: string;
        readonly options: FollowLogsOptions;
        readonly end: (error?: Error) => void;
    }[] = [];
    const listeners = new Set<() => void>();
    const lines: string[] = [];
    const stop = new AbortController();
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    let isOver = false;
    const over = followContainers(
        {
            containers: () => containers,
            onLook(listener) {
                listeners.add(listener);
                return () => void listeners.delete(listener);
            },
            engine: {
                followLogs: (id, options) =>
                    new Promise((resolve, reject) => {
                        const end = (error?: Error): void => (error === undefined ? resolve() : reject(error));
                        streams.push({ id, options, end });
                    }),
            },
        },
        { signal: stop.signal, onLine: (line) => void lines.push(line) },
    ).then(() => (isOver = true));
    return {
        streams,
        lines,
        stop,
        over,
        listeners,
        isOver: () => isOver,
        async end(index: number, error?: Error) {
            streams[index]?.end(error);
            await settle();
        },
        async become(next: readonly OtherContainer[]) {
            containers = next;
            listeners.forEach((listener) => listener());
            await settle();
        },
    };
}

it("shows what every container of the stack writes, with its name; not those of a command", () => {
    const { streams, lines, stop } = createFollowed([container("web"), container("run", { oneOff: true })]);
    streams[0]?.options.onOutput("2026-01-01T00:00:00.000000001Z", "hello");

    expect(streams.map(({ id, options }) => [id, options.lines])).toEqual([["web", 100]]);
    expect(lines).toEqual(["web-1  | hello"]);
    stop.abort();
});

it("goes on where it was when a container starts again, and shows no line twice", async () => {
    const { streams, lines, stop, end, become } = createFollowed([container("web"), container("api")]);
    streams[0]?.options.onOutput("2026-01-01T00:00:00.000000002Z", "first");
    await end(0);
    await become([container("web", { state: "exited" }), container("api")]);
    expect(streams).toHaveLength(2);
    await become([container("web"), container("api")]);
    const again = streams[2]?.options;
    again?.onOutput("2026-01-01T00:00:00.000000002Z", "first");
    again?.onOutput("2026-01-01T00:00:00.000000003Z", "second");

    expect(again?.since).toBe("2026-01-01T00:00:00.000000002Z");
    expect(lines).toEqual(["web-1  | first", "web-1  | second"]);
    stop.abort();
});

it("follows containers that come later, and a stream that broke", async () => {
    const { streams, stop, end, become } = createFollowed([container("web")]);
    await end(0, new Error("broken"));
    await become([container("web"), container("api")]);

    expect(streams.map(({ id }) => id)).toEqual(["web", "web", "api"]);
    stop.abort();
});

it("shows the last lines of what has ended, and ends when nothing runs", async () => {
    const { streams, over, end, become, listeners } = createFollowed([container("web", { state: "exited" })]);
    expect(streams).toHaveLength(1);
    await end(0);
    await become([container("web", { state: "exited" })]);

    await over;
    expect(listeners.size).toBe(0);
});

it("ends when nobody looks any more", async () => {
    const { stop, over, listeners, isOver } = createFollowed([container("web")]);
    expect(isOver()).toBe(false);
    stop.abort();
    await over;
    expect(listeners.size).toBe(0);
});
