import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { z } from "zod";

const Result = z.object({
    violations: z.array(
        z.object({
            id: z.string(),
            impact: z.string().nullish(),
            help: z.string(),
            nodes: z.array(z.object({ target: z.array(z.unknown()), failureSummary: z.string().nullish() })),
        }),
    ),
});

const serious = ["serious", "critical"];
const shown = 4;

/** What axe finds serious or critical on the page as it stands; one text a finding. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
    // Into the page by the debugger, which the server's content security policy does not forbid.
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const { violations } = Result.parse(
        await page.evaluate(
            'axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })',
        ),
    );
    return violations
        .filter(({ impact }) => serious.includes(impact ?? ""))
        .map(({ id, help, nodes }) => {
            const places = nodes.slice(0, shown).map(({ target, failureSummary }) => {
                const why = (failureSummary ?? "").split("\n").slice(1).join(" ").trim();
                return `${target.join(" ")} (${why})`;
            });
            return `${id}: ${help}: ${String(nodes.length)} × ${places.join("; ")}`;
        });
}
