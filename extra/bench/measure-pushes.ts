import { serverSide } from "./server-side.ts";
import { scriptSide } from "./script-side.ts";
import { spread } from "./statistics.ts";
import type { PushTimes } from "./side.ts";
import type { Row } from "./table.ts";
import { against, takeTurns, timesOf } from "./take-turns.ts";

const rounds = 10;

/** Pushes that build, through the product and a shell script in turns. */
export async function measurePushes(say: (text: string) => void, ended: () => boolean): Promise<readonly Row[]> {
    const server = await serverSide();
    try {
        const script = await scriptSide();
        try {
            return compare(await takeTurns([server, script], { rounds, say, ended }));
        } finally {
            await script.close();
        }
    } finally {
        await server.close();
    }
}

function compare([server = [], script = []]: readonly (readonly PushTimes[])[]): readonly Row[] {
    return [
        {
            figure: "webhook answer → first line of building",
            measured: `${spread(timesOf(server, "firstBuildLine"))} ms`,
            baseline: "-",
            aim: "≤ 400 ms",
        },
        {
            figure: "webhook answer → first line of the builder",
            measured: `${spread(timesOf(server, "firstBuilderLine"))} ms`,
            baseline: "-",
            aim: "≤ 400 ms",
        },
        { figure: "push → first healthy", ...against("healthy", server, script), aim: "≤ 1.25 ×" },
        { figure: "push → said to be done", ...against("done", server, script), aim: "-" },
    ];
}
