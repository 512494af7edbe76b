/** The name that stands for the newest version; undefined of none. A remote's list of tags has no times. */
export function newestTag(names: readonly string[]): string | undefined {
    // One pass: a repository may have 10⁵ tags.
    return names.reduce<string | undefined>(
        (newest, name) => (newest === undefined || compareVersions(newest, name) < 0 ? name : newest),
        undefined,
    );
}

/** Compares names as versions: `v1.9.0` < `v1.10.0-rc.1` < `v1.10.0`; numbers count as numbers. */
export function compareVersions(a: string, b: string): number {
    const [left, right] = [splitVersion(a), splitVersion(b)];
    return (
        compareNatural(left.core, right.core) ||
        Number(left.suffix === undefined) - Number(right.suffix === undefined) ||
        compareNatural(left.suffix ?? "", right.suffix ?? "") ||
        compareText(a, b)
    );
}

/** What follows the first `-` after a digit is a pre-release, as in `app-v1.2.0-rc.1`. */
function splitVersion(name: string): { readonly core: string; readonly suffix: string | undefined } {
    const dash = name.search(/(?<=\d)-/);
    return dash === -1
        ? { core: name, suffix: undefined }
        : { core: name.slice(0, dash), suffix: name.slice(dash + 1) };
}

function compareNatural(a: string, b: string): number {
    const [left, right] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
        const compared = compareParts(left[index] ?? "", right[index] ?? "");
        if (compared !== 0) {
            return compared;
        }
    }
    return 0;
}

function compareParts(a: string, b: string): number {
    const areNumbers = /^\d+$/.test(a) && /^\d+$/.test(b);
    if (!areNumbers) {
        return compareText(a, b);
    }
    const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
    return left.length - right.length || compareText(left, right);
}

function compareText(a: string, b: string): number {
    return Number(a > b) - Number(a < b);
}
