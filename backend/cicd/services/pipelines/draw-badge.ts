export type BadgeState = "passing" | "failing" | "running" | "unknown";

/** Dark enough for white text. */
const colours: Readonly<Record<BadgeState, string>> = {
    passing: "#1a7f37",
    failing: "#cf222e",
    running: "#8a5a00",
    unknown: "#57606a",
};

const height = 20;
const padding = 6;

/** A badge as SVG: a label, and a state beside it. Its width is known without any font. */
export function drawBadge({ label, state }: { readonly label: string; readonly state: BadgeState }): string {
    const left = textWidth(label) + 2 * padding;
    const right = textWidth(state) + 2 * padding;
    const title = escaped(`${label}: ${state}`);
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${height}" role="img" aria-label="${title}">
<title>${title}</title>
<clipPath id="r"><rect width="${left + right}" height="${height}" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${left}" height="${height}" fill="#424a53"/><rect x="${left}" width="${right}" height="${height}" fill="${colours[state]}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${drawText(label, padding)}${drawText(state, left + padding)}</g>
</svg>
`;
}

function drawText(text: string, x: number): string {
    return `<text x="${x}" y="14" textLength="${textWidth(text)}">${escaped(text)}</text>`;
}

/** Of small letters in 11 px Verdana, from a to z, in tenths of a pixel. */
const letterWidths = [
    66, 69, 57, 69, 66, 39, 69, 70, 30, 38, 65, 30, 107, 70, 67, 69, 69, 47, 57, 43, 70, 65, 90, 65, 65, 58,
];
const otherWidth = 75;

/** In whole pixels. */
export function textWidth(text: string): number {
    const widths = Array.from(text, (letter) => letterWidths[letter.charCodeAt(0) - 97] ?? otherWidth);
    return Math.ceil(widths.reduce((sum, width) => sum + width, 0) / 10);
}

function escaped(text: string): string {
    return text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
