/** One figure, beside what it is compared with. */
export interface Row {
    readonly figure: string;
    readonly measured: string;
    readonly baseline: string;
    readonly aim: string;
}

const header: Row = { figure: "figure", measured: "measured", baseline: "baseline", aim: "aim" };

/** The rows as a Markdown table with aligned columns. */
export function markdownTable(rows: readonly Row[]): string {
    const cells = [header, ...rows].map(({ figure, measured, baseline, aim }) => [figure, measured, baseline, aim]);
    const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
    const line = (row: readonly string[]): string =>
        `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
    const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
    const [first = [], ...others] = cells;
    return [line(first), rule, ...others.map(line)].join("\n");
}
