/** The order matters: most browsers also name those that they descend from. */
const browsers = [
    ["Edge", /\bEdg(?:e|A|iOS)?\//],
    ["Opera", /\bOPR\//],
    ["Samsung Internet", /\bSamsungBrowser\//],
    ["Firefox", /\b(?:Firefox|FxiOS)\//],
    ["Chrome", /\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//],
    ["Safari", /\bSafari\//],
] as const;

const systems = [
    ["Android", /\bAndroid\b/],
    ["iOS", /\b(?:iPhone|iPad|iPod)\b/],
    ["Windows", /\bWindows\b/],
    ["macOS", /\bMac OS X\b|\bMacintosh\b/],
    ["ChromeOS", /\bCrOS\b/],
    ["Linux", /\bLinux\b|\bX11\b/],
] as const;

/** A browser or program in short words, from what it calls itself: `Firefox, Linux`; empty where it says nothing. */
export function deviceOf(userAgent: string): string {
    const browser = nameIn(browsers, userAgent);
    const system = nameIn(systems, userAgent);
    const program = /^[\w.-]{1,40}/.exec(userAgent)?.[0] ?? "";
    return [browser ?? program, system ?? ""].filter((part) => part !== "").join(", ");
}

function nameIn(names: readonly (readonly [string, RegExp])[], text: string): string | undefined {
    return names.find(([, pattern]) => pattern.test(text))?.[0];
}
