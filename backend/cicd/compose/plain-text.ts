const esc = String.fromCharCode(27);
const bell = String.fromCharCode(7);
// Escape sequences: CSI with its parameters and final byte, OSC (titles, links) up to its end, or two bytes.
const escape = new RegExp(
    `${esc}(?:\\[[0-9;:?<=>]*[ -/]*[@-~]|\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)|[@-Z\\\\^_a-z])`,
    "g",
);
/** Once line ends are plain ones: control characters but tab and line feed, and those that turn the direction of writing. */
const control = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * What a program wrote, as it may stand in a sentence: without colours and other control characters. To be called before
 * secrets are masked, for one that is written in two colours is only found then.
 */
export function plainText(text: string): string {
    return text.replace(escape, "").replace(/\r\n?/g, "\n").replace(control, "");
}
