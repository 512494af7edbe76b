import type { ContainerAnswers } from "../../../common/socket/container-events.ts";
import type { ContainerUsage } from "../core/container-usage.ts";

/** An answer younger than this is given again. In milliseconds. */
const freshFor = 2000;

/** What Dockge's pages ask for: by container name a row of `docker stats`. One process at a time, for all who ask. */
export function createStatsTable(
    usage: Pick<ContainerUsage, "table">,
    now: () => number = Date.now,
): () => Promise<ContainerAnswers["dockerStats"]> {
    let asking: ReturnType<typeof ask> | undefined;
    let known: { readonly answer: ContainerAnswers["dockerStats"]; readonly time: number } | undefined;

    async function ask(): Promise<ContainerAnswers["dockerStats"]> {
        const rows = await usage.table();
        const answer = { dockerStats: Object.fromEntries(rows.map((row) => [row["Name"] ?? "", row])) };
        known = { answer, time: now() };
        return answer;
    }

    return async () => {
        if (known !== undefined && now() - known.time < freshFor) {
            return known.answer;
        }
        asking ??= ask().finally(() => (asking = undefined));
        return asking;
    };
}
