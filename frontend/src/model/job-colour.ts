const colours = [36, 35, 33, 32, 34, 96, 95, 93] as const;

/** The class of a job's name in a log, always the same for a name. */
export function jobColour(name: string): string {
    const sum = Array.from(name).reduce((hash, letter) => (hash * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7);
    return `ansi-fg-${colours[sum % colours.length] ?? 36}`;
}
