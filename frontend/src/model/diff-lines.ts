export interface DiffLine {
    readonly kind: "added" | "removed" | "same" | "place";
    /** What stands in front of it, so that nobody has to tell colours apart. */
    readonly sign: string;
    readonly text: string;
}

const kinds: Readonly<Record<string, DiffLine["kind"]>> = { "+": "added", "-": "removed", "@": "place" };
const signs = { added: "+", removed: "−", same: " ", place: "" } as const;

/** The lines of a unified diff, their first characters taken off. */
export function diffLines(diff: string): readonly DiffLine[] {
    return diff.split("\n").map((line) => {
        const kind = kinds[line.slice(0, 1)] ?? "same";
        return { kind, sign: signs[kind], text: kind === "place" ? line : line.slice(1) };
    });
}
