import { median, spread } from "./statistics.ts";
import type { PushTimes, Side } from "./side.ts";
import type { Row } from "./table.ts";

export interface Rounds {
    /** Beside a first round, which is thrown away: it pulls nothing, but fills caches and creates networks. */
    readonly rounds: number;
    readonly say: (text: string) => void;
    readonly ended: () => boolean;
}

/** Pushes through the sides in turns, so that whatever else the machine does slows all; answers each one's times. */
export async function takeTurns(
    sides: readonly Side[],
    { rounds, say, ended }: Rounds,
): Promise<readonly (readonly PushTimes[])[]> {
    const times: PushTimes[][] = sides.map(() => []);
    for (let n = 0; n <= rounds && !ended(); n += 1) {
        for (const [index, side] of sides.entries()) {
            const measured = await side.push(n + 1);
            say(`push ${String(n)} · ${side.name}: healthy after ${measured.healthy.toFixed(0)} ms`);
            times[index]?.push(measured);
        }
    }
    return times.map((list) => list.slice(1));
}

export function timesOf(list: readonly PushTimes[], key: keyof PushTimes): readonly number[] {
    return list.flatMap((times) => times[key] ?? []);
}

/** One side's median beside that of the shell script. */
export function against(
    key: "healthy" | "done",
    server: readonly PushTimes[],
    script: readonly PushTimes[],
): Pick<Row, "measured" | "baseline"> {
    const [own, other] = [timesOf(server, key), timesOf(script, key)];
    const ratio = median(own) / median(other);
    return {
        measured: `${spread(own)} ms, ${ratio.toFixed(2)} ×`,
        baseline: `shell script: ${spread(other)} ms`,
    };
}
