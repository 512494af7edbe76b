/** A piece of a text with `${…}` as Compose reads it. */
export type TemplatePart = { readonly kind: "text"; readonly source: string; readonly text: string } | TemplateVariable;

export interface TemplateVariable {
    readonly kind: "variable";
    /** As written: `$X`, `${X}`, `${X:-default}`. */
    readonly source: string;
    readonly name: string;
    readonly operator?: VariableOperator | undefined;
    /** What follows the operator; it may hold variables itself. */
    readonly argument: string;
}

export type VariableOperator = ":-" | "-" | ":?" | "?" | ":+" | "+";

/** Gives a variable's value; undefined where it is not set. */
export type Lookup = (name: string) => string | undefined;

const maxNesting = 20;
/** Longer and deeper than any real `${…}`; keeps hostile text with unclosed braces from costing quadratic time. */
const maxVariableLength = 4096;
const maxOpenBraces = 32;
const maxNameLength = 255;
/** After so many dollar signs that begin no variable the rest is text: Compose refuses it at the first one. */
const maxUnread = 100;

/** Splits a text. `$$` is a dollar sign; what is no valid variable stays text. */
export function parseTemplate(text: string): readonly TemplatePart[] {
    const parts: TemplatePart[] = [];
    let from = 0;
    let unread = 0;
    for (let at = text.indexOf("$"); at >= 0 && unread < maxUnread; at = text.indexOf("$", Math.max(from, at + 1))) {
        const part = partAt(text, at);
        unread += part === undefined ? 1 : 0;
        if (part !== undefined) {
            pushText(parts, text.slice(from, at));
            parts.push(part);
            from = at + part.source.length;
        }
    }
    pushText(parts, text.slice(from));
    return parts;
}

function pushText(parts: TemplatePart[], text: string): void {
    if (text !== "") {
        parts.push({ kind: "text", source: text, text });
    }
}

function partAt(text: string, at: number): TemplatePart | undefined {
    if (text.startsWith("$$", at)) {
        return escapedAt(text, at);
    }
    if (text.startsWith("${", at)) {
        return bracedAt(text, at);
    }
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(at + 1, at + 257))?.[0];
    return name === undefined ? undefined : { kind: "variable", source: `$${name}`, name, argument: "" };
}

/** All that follow each other at once: a text may hold millions. */
function escapedAt(text: string, at: number): TemplatePart {
    let end = at;
    while (text.startsWith("$$", end)) {
        end += 2;
    }
    return { kind: "text", source: text.slice(at, end), text: "$".repeat((end - at) / 2) };
}

function bracedAt(text: string, at: number): TemplateVariable | undefined {
    const end = closingBrace(text, at + 2);
    if (end < 0) {
        return undefined;
    }
    const inner = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([\s\S]*))?$/.exec(text.slice(at + 2, end));
    if (inner?.[1] === undefined) {
        return undefined;
    }
    const [, name, operator, argument = ""] = inner;
    return { kind: "variable", source: text.slice(at, end + 1), name, operator: operatorOf(operator), argument };
}

function operatorOf(text: string | undefined): VariableOperator | undefined {
    const operators: readonly VariableOperator[] = [":-", "-", ":?", "?", ":+", "+"];
    return operators.find((operator) => operator === text);
}

function closingBrace(text: string, from: number): number {
    let open = 1;
    const limit = Math.min(text.length, from + maxVariableLength);
    for (let at = from; at < limit; at += 1) {
        if (text.startsWith("${", at)) {
            open += 1;
        } else if (text[at] === "}") {
            open -= 1;
        }
        if (open === 0 || open > maxOpenBraces) {
            return open === 0 ? at : -1;
        }
    }
    return -1;
}

/** The names of all variables in a text, those in defaults included. */
export function variableNames(text: string, nesting = 0): ReadonlySet<string> {
    const names = new Set<string>();
    for (const part of parseTemplate(text)) {
        if (part.kind === "variable") {
            names.add(part.name);
            const inner = nesting < maxNesting ? variableNames(part.argument, nesting + 1) : [];
            for (const name of inner) {
                names.add(name);
            }
        }
    }
    return names;
}

/**
 * The text as Compose would read it. Variables that have neither value nor default are `unresolved`, and empty in the
 * text.
 */
export function substitute(
    text: string,
    lookup: Lookup,
    nesting = 0,
): { readonly text: string; readonly unresolved: readonly string[] } {
    const unresolved: string[] = [];
    const pieces = parseTemplate(text).map((part) => {
        if (part.kind === "text") {
            return part.text;
        }
        const chosen = choose(part, lookup(part.name));
        if (chosen.take === "value") {
            return chosen.value;
        }
        if (chosen.take === "argument" && nesting < maxNesting) {
            const inner = substitute(part.argument, lookup, nesting + 1);
            unresolved.push(...inner.unresolved);
            return inner.text;
        }
        unresolved.push(part.name);
        return "";
    });
    return { text: pieces.join(""), unresolved };
}

type Choice =
    { readonly take: "value"; readonly value: string } | { readonly take: "argument" } | { readonly take: "missing" };

/** What Compose puts in the place of a variable that has this value. */
export function choose(variable: TemplateVariable, value: string | undefined): Choice {
    const counts = variable.operator?.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
    if (variable.operator?.endsWith("+")) {
        return counts ? { take: "argument" } : { take: "value", value: "" };
    }
    if (counts && value !== undefined) {
        return { take: "value", value };
    }
    return variable.operator?.endsWith("-") ? { take: "argument" } : { take: "missing" };
}

/**
 * Whether a text can be read in one way only. What is no valid variable, or too long or deep for one, Compose refuses
 * or takes for a variable all the same; and it counts every brace in a default, not only those of variables.
 */
export function isClearTemplate(text: string, nesting = 0): boolean {
    return parseTemplate(text).every((part) => {
        if (part.kind === "text") {
            return /^(?:\$\$)*$/.test(part.source) || !part.source.includes("$");
        }
        const isPlain = part.name.length <= maxNameLength && !/(?:^|[^$])\{|\n/.test(part.argument);
        return isPlain && nesting < maxNesting && isClearTemplate(part.argument, nesting + 1);
    });
}
