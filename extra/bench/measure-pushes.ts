import { serverSide } from "./server-side.ts";
import { scriptSide } from "./script-side.ts";
import { median, spread } from "./statistics.ts";
import type { PushTimes, Side } from "./side.ts";
import type { Row } from "./table.ts";

const rounds = 10;

/** Pushes through both sides in turns, so that whatever else the machine does slows both, and compares the medians. */
export async function measurePushes(say: (text: string) => void, ended: () => boolean): Promise<readonly Row[]> {
    const server = await serverSide();
    try {
        const script = await scriptSide();
        try {
            return compare(await takeTurns([server, script], say, ended));
        } finally {
            await script.close();
        }
    } finally {
        await server.close();
    }
}

/** The first round of each is thrown away: it pulls nothing, but fills caches and creates networks. */
async function takeTurns(
    sides: readonly Side[],
    say: (text: string) => void,
    ended: () => boolean,
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

function compare([server = [], script = []]: readonly (readonly PushTimes[])[]): readonly Row[] {
    const of = (list: readonly PushTimes[], key: keyof PushTimes): readonly number[] =>
        list.flatMap((times) => times[key] ?? []);
    const against = (key: "healthy" | "done"): Pick<Row, "measured" | "baseline"> => {
        const ratio = median(of(server, key)) / median(of(script, key));
        const measured = `${spread(of(server, key))} ms, ${ratio.toFixed(2)} ×`;
        return { measured, baseline: `shell script: ${spread(of(script, key))} ms` };
    };
    return [
        {
            figure: "webhook answer → first line of building",
            measured: `${spread(of(server, "firstBuildLine"))} ms`,
            baseline: "-",
            aim: "≤ 400 ms",
        },
        {
            figure: "webhook answer → first line of the builder",
            measured: `${spread(of(server, "firstBuilderLine"))} ms`,
            baseline: "-",
            aim: "≤ 400 ms",
        },
        { figure: "push → first healthy", ...against("healthy"), aim: "≤ 1.25 ×" },
        { figure: "push → said to be done", ...against("done"), aim: "-" },
    ];
}
