import picomatch from "picomatch";
import { isGlobTooCostly } from "../core/glob-cost.ts";
import { patternCost } from "../core/pattern-cost.ts";

const longestName = 255;
/** Steps of matching that take some milliseconds at worst. */
const affordableCost = 5_000_000;

interface Parsed {
    readonly negated: boolean;
    /** What stands between slashes; undefined for a glob. */
    readonly expression?: string | undefined;
    readonly glob: string;
}

function parse(pattern: string): Parsed {
    const negated = pattern.startsWith("!");
    const glob = negated ? pattern.slice(1) : pattern;
    return { negated, glob, expression: /^\/(.+)\/$/su.exec(glob)?.[1] };
}

/** Why a text is no pattern; undefined where it is one. */
export function whyNotAPattern(pattern: string): string | undefined {
    const { expression, glob } = parse(pattern);
    if (expression === undefined) {
        return isReadable(() => picomatch(glob)) && glob !== "" ? undefined : "is no glob";
    }
    if (!isReadable(() => new RegExp(expression, "u"))) {
        return "is no regular expression";
    }
    return patternCost(expression, longestName) > affordableCost ? "may take very long to match" : undefined;
}

function isReadable(read: () => unknown): boolean {
    try {
        read();
        return true;
    } catch {
        return false;
    }
}

/**
 * Whether a name fits a list of patterns: any of those without `!` (or there are none), and none of those with it. A glob
 * of paths stands for all below it, too.
 */
export function fits(name: string, patterns: readonly string[], kind: "name" | "path"): boolean {
    const parsed = patterns.map(parse);
    const wanted = parsed.filter(({ negated }) => !negated);
    const isWanted = wanted.length === 0 || wanted.some((pattern) => matches(name, pattern, kind, true));
    return isWanted && !parsed.some((pattern) => pattern.negated && matches(name, pattern, kind, false));
}

/** `unclear` is the answer where matching would take too long. */
function matches(name: string, { glob, expression }: Parsed, kind: "name" | "path", unclear: boolean): boolean {
    if (expression !== undefined) {
        return patternCost(expression, name.length) > affordableCost ? unclear : new RegExp(expression, "u").test(name);
    }
    if (isGlobTooCostly(glob, name)) {
        return unclear;
    }
    const plain = glob.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
    return picomatch(kind === "path" ? [plain, `${plain}/**`] : [plain], { dot: true, nonegate: true })(name);
}
