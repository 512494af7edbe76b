/** Sums up what stands inside one pair of parentheses. */
interface Group {
    alternatives: number;
    repeats: boolean;
}

/** Choices that a backtracking engine may have to try: `2 ** optional * alternatives * length ** unbounded`. */
interface Tally {
    unbounded: number;
    choices: number;
}

const token = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|\)|\||[*+?]\??|\{\d+(?:,\d*)?\}\??|./gsu;

/**
 * How many steps a regular expression may take on a text of this length, at worst and roughly. Infinite where
 * something is repeated inside something repeated, or alternatives are: these take exponential time.
 */
export function patternCost(pattern: string, length: number): number {
    const tally: Tally = { unbounded: 0, choices: 1 };
    const open: Group[] = [{ alternatives: 1, repeats: false }];
    let closed: Group | undefined;
    for (const [part] of pattern.matchAll(token)) {
        const current = open.at(-1) ?? { alternatives: 1, repeats: false };
        const before = closed;
        closed = undefined;
        if (isQuantifier(part)) {
            if (isExplosive(part, before)) {
                return Infinity;
            }
            count(part, tally);
            current.repeats = true;
        } else if (part.startsWith("(")) {
            open.push({ alternatives: 1, repeats: false });
        } else if (part === ")") {
            closed = close(open, tally);
        } else if (part === "|") {
            current.alternatives += 1;
        }
    }
    tally.choices *= open[0]?.alternatives ?? 1;
    return tally.choices * length ** tally.unbounded;
}

function isQuantifier(part: string): boolean {
    return /^(?:[*+?]|\{\d)/.test(part);
}

/** Repeats a group that has itself more than one way to match a text. */
function isExplosive(quantifier: string, group: Group | undefined): boolean {
    return !quantifier.startsWith("?") && group !== undefined && (group.repeats || group.alternatives > 1);
}

/** What is repeated inside counts for the group around, too. */
function close(open: Group[], tally: Tally): Group | undefined {
    const closed = open.length > 1 ? open.pop() : undefined;
    const around = open.at(-1);
    if (closed !== undefined && around !== undefined) {
        around.repeats ||= closed.repeats;
        tally.choices *= closed.alternatives;
    }
    return closed;
}

function count(quantifier: string, tally: Tally): void {
    if (quantifier.startsWith("?")) {
        tally.choices *= 2;
    } else if (!/^\{\d+\}/.test(quantifier)) {
        tally.unbounded += 1;
    }
}
