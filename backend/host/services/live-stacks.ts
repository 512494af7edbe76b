import type { EngineState } from "../../../common/socket/host-events.ts";
import type { ContainerWatch } from "../core/container-watch.ts";
import type { Log } from "../core/log.ts";
import type { StackContainer } from "../core/stack.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { StackFiles } from "../core/stack-files.ts";
import { createCoalescer } from "./coalescer.ts";
import { listStacks, type StackList } from "./list-stacks.ts";

export interface LiveStacksPorts {
    readonly files: Pick<StackFiles, "scan">;
    readonly watch: ContainerWatch;
    readonly extension: () => StackExtension;
    readonly log: Log;
    /** Whether somebody looks: only then folders made by hand are looked for. */
    readonly isWatched: () => boolean;
    readonly onList: (list: StackList) => void;
    /** After every look, changed or not. */
    readonly onLook: () => void;
    readonly onEngine: (state: EngineState) => void;
}

/** The list of stacks, kept up to date with the engine's events and the folders on disk. */
export interface LiveStacks {
    list(): StackList;
    engine(): EngineState;
    /** Those on this machine. */
    containersOf(project: string): readonly StackContainer[];
    /** Looks again soon; many calls within a moment are one look. */
    refresh(): void;
    /** Looks again now. */
    refreshNow(): Promise<StackList>;
    /** Looks for the first time and follows the engine until the signal aborts. */
    start(signal: AbortSignal): Promise<void>;
}

/** Many events come at once; the page is told once. In milliseconds. */
const gatherFor = 200;
const scanEvery = 10_000;

export function createLiveStacks(ports: LiveStacksPorts): LiveStacks {
    let containers: readonly StackContainer[] | undefined;
    let engine: EngineState = { available: false, message: "The Docker engine has not been asked yet." };
    let list: StackList = {};

    async function look(): Promise<StackList> {
        const [folders, badges] = await Promise.all([ports.files.scan(), ports.extension().badges(), askEngine()]);
        const next = listStacks({ folders, containers, badges, elsewhere: ports.extension().elsewhere() });
        const changed = JSON.stringify(next) !== JSON.stringify(list);
        list = next;
        if (changed) {
            ports.onList(list);
        }
        ports.onLook();
        return list;
    }

    async function askEngine(): Promise<void> {
        try {
            containers = await ports.watch.list();
            setEngine({ available: true });
        } catch (error) {
            loseEngine(error instanceof Error ? error : new Error(String(error)));
        }
    }

    function loseEngine(reason: Error): void {
        containers = undefined;
        setEngine({ available: false, message: reason.message });
    }

    function setEngine(next: EngineState): void {
        const changed = next.available !== engine.available || next.message !== engine.message;
        engine = next;
        if (changed) {
            ports.onEngine(engine);
        }
    }

    const looks = createCoalescer(look, gatherFor, (error) =>
        ports.log.error({ err: error }, "the list of stacks could not be read"),
    );

    return {
        list: () => list,
        engine: () => engine,
        containersOf: (project) => (containers ?? []).filter((container) => container.project === project),
        refresh: looks.soon,
        refreshNow: looks.now,
        async start(signal) {
            await looks.now();
            ports.watch.watch({ signal, onChange: looks.soon, onAway: looks.soon });
            const timer = setInterval(() => {
                if (ports.isWatched()) {
                    looks.soon();
                }
            }, scanEvery);
            signal.addEventListener("abort", () => {
                clearInterval(timer);
                looks.stop();
            });
        },
    };
}
