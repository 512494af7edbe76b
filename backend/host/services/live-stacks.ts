import type { EngineState } from "../../../common/socket/host-events.ts";
import type { ContainerWatch } from "../core/container-watch.ts";
import type { FolderWatch } from "../core/folder-watch.ts";
import type { Log } from "../core/log.ts";
import type { StackContainer, StackFolder } from "../core/stack.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { StackFiles } from "../core/stack-files.ts";
import { createCoalescer } from "./coalescer.ts";
import { listStacks, type StackList } from "./list-stacks.ts";

export interface LiveStacksPorts {
    readonly files: Pick<StackFiles, "scan">;
    readonly watch: ContainerWatch;
    readonly folders: FolderWatch;
    readonly extension: () => StackExtension;
    readonly log: Log;
    /** Whether somebody looks: only then folders made by hand are followed and looked for. */
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
/** What nobody tells of is found by looking: changes by another machine, folders beyond those that are followed. */
const scanEvery = 10_000;

export function createLiveStacks(ports: LiveStacksPorts): LiveStacks {
    const engine = createEngineView(ports);
    const folders = createFolderView(ports);
    let list: StackList = {};
    let text = JSON.stringify(list);

    async function look(): Promise<StackList> {
        const [found, badges] = await Promise.all([folders.read(), ports.extension().badges(), engine.read()]);
        const elsewhere = ports.extension().elsewhere();
        const next = listStacks({ folders: found, containers: engine.containers(), badges, elsewhere });
        const nextText = JSON.stringify(next);
        // The same list stays the same object, so that those who got it need not be compared with it.
        if (nextText !== text) {
            [list, text] = [next, nextText];
            ports.onList(list);
        }
        folders.follow(refresh);
        ports.onLook();
        return list;
    }

    const looks = createCoalescer(look, gatherFor, (error) =>
        ports.log.error({ err: error }, "the list of stacks could not be read"),
    );

    function refresh(): void {
        folders.forget();
        looks.soon();
    }

    function refreshNow(): Promise<StackList> {
        folders.forget();
        return looks.now();
    }

    return {
        list: () => list,
        engine: engine.state,
        containersOf: (project) => (engine.containers() ?? []).filter((container) => container.project === project),
        refresh,
        refreshNow,
        async start(signal) {
            await refreshNow();
            ports.watch.watch({ signal, onChange: looks.soon, onAway: looks.soon });
            const timer = setInterval(() => (ports.isWatched() ? refresh() : ports.folders.release()), scanEvery);
            signal.addEventListener("abort", () => {
                clearInterval(timer);
                looks.stop();
                ports.folders.release();
            });
        },
    };
}

/** What was last heard of the engine. */
function createEngineView({ watch, onEngine }: Pick<LiveStacksPorts, "watch" | "onEngine">) {
    let containers: readonly StackContainer[] | undefined;
    let state: EngineState = { available: false, message: "The Docker engine has not been asked yet." };

    function set(next: EngineState): void {
        const changed = next.available !== state.available || next.message !== state.message;
        state = next;
        if (changed) {
            onEngine(state);
        }
    }

    return {
        state: () => state,
        /** Undefined while the engine is away. */
        containers: () => containers,
        async read(): Promise<void> {
            try {
                containers = await watch.list();
                set({ available: true });
            } catch (error) {
                containers = undefined;
                set({ available: false, message: error instanceof Error ? error.message : String(error) });
            }
        },
    };
}

/**
 * The folders as they were last seen. While all of them are followed, they are read again only when told of a change;
 * while nobody looks, only when asked for.
 */
function createFolderView({ files, folders, isWatched }: Pick<LiveStacksPorts, "files" | "folders" | "isWatched">) {
    let known: readonly StackFolder[] = [];
    let isDue = true;
    return {
        async read(): Promise<readonly StackFolder[]> {
            if (isDue) {
                // What happens from here on asks for another look.
                isDue = false;
                known = await files.scan().catch((error: unknown) => {
                    isDue = true;
                    throw error;
                });
            }
            return known;
        },
        forget: () => void (isDue = true),
        follow(onChange: () => void): void {
            if (!isWatched()) {
                // They are read again for whoever comes, not for each of the engine's events.
                folders.release();
                return;
            }
            const { hasNew, hasAll } = folders.follow(
                known.map(({ name }) => name),
                onChange,
            );
            isDue ||= !hasAll;
            if (hasNew) {
                onChange();
            }
        },
    };
}
