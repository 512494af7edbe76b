import type { ElsewhereOutput, OtherContainer } from "../core/elsewhere.ts";
import type { Engine } from "../core/engine.ts";

export interface FollowContainersPorts {
    readonly engine: Pick<Engine, "followLogs">;
    /** As they are known now. */
    readonly containers: () => readonly OtherContainer[];
    /** Calls back when they are known anew, until it is told to stop. */
    readonly onLook: (listener: () => void) => () => void;
}

const shownLines = 100;

/**
 * Hands on what a stack's containers write, each line with its container's name in front: the last lines first, then
 * what follows, also of containers that start meanwhile. Ends when none runs any more, or the signal aborts.
 */
export function followContainers(
    { engine, containers, onLook }: FollowContainersPorts,
    { signal, onLine }: ElsewhereOutput,
): Promise<void> {
    const followed = new Set<string>();
    /** Container → the time of its last line, so that none is shown twice. */
    const lastTimes = new Map<string, string>();

    function begin({ id, name, project }: OtherContainer): void {
        const shown = name.startsWith(`${project}-`) ? name.slice(project.length + 1) : name;
        const after = lastTimes.get(id);
        lastTimes.set(id, after ?? "");
        followed.add(id);
        const onOutput = (time: string, text: string): void => {
            if (after === undefined || time > after) {
                lastTimes.set(id, time);
                onLine(`${shown}  | ${text}`);
            }
        };
        // A stream that breaks has ended like any other: the machine's next look decides how to go on.
        const options = { signal, onOutput, lines: shownLines, ...(after !== undefined && { since: after }) };
        const over = (): void => void followed.delete(id);
        engine.followLogs(id, options).then(over, over);
    }

    return new Promise((resolve) => {
        const end = (): void => {
            stopLooking();
            signal.removeEventListener("abort", end);
            resolve();
        };
        const look = (): void => {
            const waiting = containers().filter(({ id, oneOff }) => !oneOff && !followed.has(id));
            waiting.filter(({ id, state }) => state === "running" || !lastTimes.has(id)).forEach(begin);
            if (followed.size === 0 && containers().every(({ state }) => state !== "running")) {
                end();
            }
        };
        const stopLooking = onLook(look);
        signal.addEventListener("abort", end);
        look();
    });
}
