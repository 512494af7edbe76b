import type { Variable } from "../core/build-config.ts";
import { choose, type Lookup, parseTemplate, type TemplateVariable, variableNames } from "./interpolation.ts";

/** The CI/CD variables of a release, by name. */
export type VariableMap = Pick<ReadonlyMap<string, Pick<Variable, "value" | "secret">>, "get" | "has">;

const maxNesting = 20;

/** Whether a text uses one of the variables. */
export function usesVariables(text: string, variables: VariableMap): boolean {
    return text.includes("$") && [...variableNames(text)].some((name) => variables.has(name));
}

/**
 * The text as the override carries it: plain variables by value, secret ones as `${X:?set by CI/CD}`, all others as
 * they were.
 */
export function resolveVariables(text: string, variables: VariableMap, nesting = 0): string {
    return parseTemplate(text)
        .map((part) => (part.kind === "text" ? part.source : resolvePart(part, variables, nesting)))
        .join("");
}

/**
 * The variables that an included file sees: those of its own env files too, which nothing outside of it is read with.
 * One that holds the value of a secret is left out, so that it is written nowhere.
 */
export function withOwnVariables(
    variables: readonly Variable[],
    given: VariableMap,
    own: Lookup,
    around: Lookup,
): VariableMap {
    const secrets = variables.filter(({ secret, value }) => secret && value !== "").map(({ value }) => value);
    const get = (name: string): Pick<Variable, "value" | "secret"> | undefined => {
        const value = given.has(name) || around(name) !== undefined ? undefined : own(name);
        const isOpen = value !== undefined && !secrets.some((secret) => value.includes(secret));
        return given.get(name) ?? (isOpen ? { value, secret: false } : undefined);
    };
    return { get, has: (name) => get(name) !== undefined };
}

/** How the override asks for a secret: an empty value may be meant, only an unset one refuses then. */
export function requireSecret(name: string, value: string): string {
    return value === "" ? `\${${name}?set by CI/CD}` : `\${${name}:?set by CI/CD}`;
}

/** A value that Compose shall not interpolate again. */
export function escapeDollars(value: string): string {
    return value.replaceAll("$", "$$$$");
}

function resolvePart(part: TemplateVariable, variables: VariableMap, nesting: number): string {
    const variable = variables.get(part.name);
    if (nesting === maxNesting) {
        return part.source;
    }
    if (variable === undefined) {
        return keepForeign(part, variables, nesting);
    }
    const chosen = choose(part, variable.value);
    if (chosen.take === "argument") {
        return resolveVariables(part.argument, variables, nesting + 1);
    }
    if (chosen.take === "missing") {
        return part.source;
    }
    // `${X:+…}` that yields nothing tells no more than that the secret is empty.
    const isSecretValue = variable.secret && !(part.operator?.endsWith("+") ?? false);
    return isSecretValue ? requireSecret(part.name, variable.value) : escapeDollars(chosen.value);
}

/** A foreign variable keeps its form; only its default may hold ours. */
function keepForeign(part: TemplateVariable, variables: VariableMap, nesting: number): string {
    if (part.operator === undefined || !usesVariables(part.argument, variables)) {
        return part.source;
    }
    const argument = resolveVariables(part.argument, variables, nesting + 1);
    const rewritten = `\${${part.name}${part.operator}${argument}}`;
    // A value with braces would end the default early; then the text stays as it was.
    const [only, ...more] = parseTemplate(rewritten);
    return only?.source === rewritten && more.length === 0 ? rewritten : part.source;
}
