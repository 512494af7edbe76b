/** A run of text in one style. `classes` are names of the log's style sheet, `colour` a CSS colour beyond the 16. */
export interface Span {
    readonly text: string;
    readonly classes: readonly string[];
    readonly colour?: string | undefined;
}

interface Style {
    readonly bold: boolean;
    readonly dim: boolean;
    readonly italic: boolean;
    readonly underline: boolean;
    readonly foreground?: string | undefined;
    readonly colour?: string | undefined;
    readonly background?: string | undefined;
}

const plain: Style = { bold: false, dim: false, italic: false, underline: false };
const esc = String.fromCharCode(27);
const bell = String.fromCharCode(7);
// Escape sequences: CSI with its parameters and final byte, OSC (titles, links) up to its end, or two bytes.
const escape = new RegExp(
    `${esc}(?:\\[([0-9;:?<=>]*)[ -/]*([@-~])|\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)|[@-Z\\\\^_a-z])`,
    "g",
);
/** Control characters but tab and line feed, and those that turn the direction of writing. */
const control = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A line as it stands after its carriage returns: progress bars overwrite themselves. */
function lastOverwrite(line: string): string {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    return text.slice(text.lastIndexOf("\r") + 1);
}

/** The line without escape sequences and control characters, as it is searched and copied. */
export function stripAnsi(line: string): string {
    return lastOverwrite(line).replace(escape, "").replace(control, "");
}

/** Splits a line at its colour sequences (SGR); other sequences are dropped. */
export function parseAnsi(line: string): readonly Span[] {
    const source = lastOverwrite(line);
    const spans: Span[] = [];
    let style = plain;
    let position = 0;
    for (const match of source.matchAll(escape)) {
        addSpan(spans, source.slice(position, match.index), style);
        position = match.index + match[0].length;
        if (match[2] === "m") {
            style = applySgr(style, match[1] ?? "");
        }
    }
    addSpan(spans, source.slice(position), style);
    return spans;
}

function addSpan(spans: Span[], raw: string, style: Style): void {
    const text = raw.replace(control, "");
    if (text !== "") {
        spans.push({ text, classes: classesOf(style), colour: style.colour });
    }
}

function classesOf(style: Style): readonly string[] {
    const flags = (["bold", "dim", "italic", "underline"] as const).filter((flag) => style[flag]);
    const names = [...flags, style.foreground, style.background].filter((name) => name !== undefined);
    return names.map((name) => `ansi-${name}`);
}

function applySgr(style: Style, parameters: string): Style {
    const codes = parameters.split(/[;:]/).map(Number);
    let result = style;
    for (let index = 0; index < codes.length; index += 1) {
        const code = codes[index] ?? 0;
        if (code === 38 || code === 48) {
            const extended = extendedColour(codes.slice(index + 1));
            index += extended.used;
            result = code === 38 ? { ...result, foreground: undefined, colour: extended.colour } : result;
        } else {
            result = applyCode(result, code);
        }
    }
    return result;
}

function applyCode(style: Style, code: number): Style {
    const simple = simpleCodes[code];
    if (simple !== undefined) {
        return { ...style, ...simple };
    }
    if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
        return { ...style, colour: undefined, foreground: `fg-${code}` };
    }
    if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) {
        return { ...style, background: `bg-${code}` };
    }
    return style;
}

const simpleCodes: Readonly<Record<number, Partial<Style>>> = {
    0: { ...plain, foreground: undefined, colour: undefined, background: undefined },
    1: { bold: true },
    2: { dim: true },
    3: { italic: true },
    4: { underline: true },
    22: { bold: false, dim: false },
    23: { italic: false },
    24: { underline: false },
    39: { foreground: undefined, colour: undefined },
    49: { background: undefined },
};

/** The colour after 38 or 48: `5;n` of the 256, or `2;r;g;b`. */
function extendedColour(rest: readonly number[]): { readonly colour: string | undefined; readonly used: number } {
    if (rest[0] === 5) {
        return { colour: paletteColour(rest[1] ?? 0), used: 2 };
    }
    if (rest[0] === 2) {
        return { colour: `rgb(${rest.slice(1, 4).map(byte).join(" ")})`, used: 4 };
    }
    return { colour: undefined, used: 0 };
}

function byte(value: number): number {
    return Math.min(255, Math.max(0, Math.trunc(value) || 0));
}

function paletteColour(index: number): string {
    if (index < 16) {
        return `var(--ansi-${byte(index)})`;
    }
    if (index > 231) {
        const grey = byte(8 + (index - 232) * 10);
        return `rgb(${grey} ${grey} ${grey})`;
    }
    const cube = index - 16;
    const levels = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
    return `rgb(${levels.map((level) => (level === 0 ? 0 : 55 + level * 40)).join(" ")})`;
}
