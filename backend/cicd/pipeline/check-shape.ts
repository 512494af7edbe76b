import type { z } from "zod";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { meant } from "./closest.ts";
import { knownKeys } from "./known-keys.ts";
import { keyPlaceAt, type Located, locatedAt, placeAt, toData } from "./located.ts";
import { mistakeAt } from "./mistake.ts";
import { unknownKeyHint } from "./unknown-key.ts";
import { listHint, valueHint } from "./value-hint.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

export type Checked<T> =
    { readonly ok: true; readonly data: T } | { readonly ok: false; readonly mistakes: readonly PipelineMistake[] };

/** Checks a value against its schema; every mistake with the place where it stands. `name` is what people call the value. */
export function checkShape<T>(schema: z.ZodType<T>, node: Located, name: string): Checked<T> {
    const result = schema.safeParse(toData(node));
    if (result.success) {
        return { ok: true, data: result.data };
    }
    const found = firstOfEach(result.error.issues.flatMap((issue) => plainIssues(issue, [])));
    return { ok: false, mistakes: found.flatMap((issue) => mistakesOf(issue, schema, node, name)) };
}

/** A value that breaks one rule often breaks the next, too. */
function firstOfEach(issues: readonly Issue[]): readonly Issue[] {
    const keyOf = ({ code, path }: Issue): string => `${path.join("\0")}${code === "unrecognized_keys" ? "\0\0" : ""}`;
    return [...new Map([...issues].reverse().map((issue) => [keyOf(issue), issue])).values()].reverse();
}

/** Of a union, what is wrong with the kind of value that is meant: the one that fits the value's own shape best. */
function plainIssues(issue: Issue, above: Path): readonly Issue[] {
    const path = [...above, ...issue.path];
    if (issue.code !== "invalid_union") {
        return [{ ...issue, path }];
    }
    const fitting = issue.errors.filter((issues) => !issues.some(isOtherKind));
    const [best] = [...fitting].sort((a, b) => a.length - b.length);
    if (best !== undefined) {
        return best.flatMap((inner) => plainIssues(inner, path));
    }
    const kinds = issue.errors.flat().flatMap((inner) => kindsOf(inner));
    return [{ code: "custom", path, message: `is no ${[...new Set(kinds)].join(" or ")}`, params: { kind: true } }];
}

/** Whether the value as a whole is of another kind: a text where a list is wanted. */
function isOtherKind(issue: Issue): boolean {
    return issue.path.length === 0 && kindsOf(issue).length > 0;
}

function kindsOf(issue: Issue): readonly string[] {
    if (issue.code === "invalid_union") {
        return issue.errors.every((issues) => issues.some(isOtherKind)) ? issue.errors.flat().flatMap(kindsOf) : [];
    }
    return issue.code === "invalid_type" && issue.path.length === 0 ? [kindName(issue.expected)] : [];
}

function kindName(expected: string): string {
    const names: Readonly<Record<string, string>> = {
        string: "text",
        array: "list",
        object: "map",
        record: "map",
        int: "whole number",
        boolean: "true or false",
    };
    return names[expected] ?? expected;
}

function mistakesOf(issue: Issue, schema: z.ZodType, node: Located, name: string): readonly PipelineMistake[] {
    const label = labelOf(issue.path, name);
    if (issue.code === "unrecognized_keys") {
        const known = knownKeys(schema, issue.path);
        return issue.keys.map((key) =>
            mistakeAt(
                keyPlaceAt(node, issue.path, key),
                `${key} is not known ${issue.path.length === 0 && name === "" ? "here" : `in ${label}`}`,
                unknownKeyHint(key, known, String(issue.path[0] ?? "")),
            ),
        );
    }
    if (issue.code === "invalid_key") {
        const holder = issue.path.slice(0, -1);
        const key = String(issue.path.at(-1));
        const [reason, hint] = split(issue.issues[0]?.message ?? "is not valid");
        return [mistakeAt(keyPlaceAt(node, holder, key), `${labelOf(holder, name)}: ${key} ${reason}`, hint)];
    }
    const found = locatedAt(node, issue.path);
    if (found === undefined) {
        return [mistakeAt(placeAt(node, issue.path), `${label} is missing`, missingHint(issue))];
    }
    const [reason, hint] = isNull(found) ? noValue : reasonOf(issue, found);
    const said = isNull(found) ? undefined : valueHint(issue.path, found);
    return [mistakeAt(found.place, `${label} ${reason}`, said ?? hint)];
}

function labelOf(path: Path, name: string): string {
    const words = path.map((key) => (typeof key === "number" ? `[${key + 1}]` : `.${String(key)}`)).join("");
    return name === "" ? words.replace(/^\./, "") || "the file" : `${name}${words}`;
}

function missingHint(issue: Issue): string {
    return issue.code === "invalid_type" ? `give a ${kindName(issue.expected)}` : "add it";
}

function reasonOf(issue: Issue, found: Located): readonly [reason: string, hint: string] {
    switch (issue.code) {
        case "invalid_type":
            return [`is no ${kindName(issue.expected)}`, kindHint(issue.expected, found)];
        case "invalid_value":
            return ["has a value that is not known", meant(scalarText(found), issue.values.map(String))];
        case "too_small":
            return issue.message.startsWith("Too")
                ? ["is too small", `give at least ${issue.minimum}`]
                : split(issue.message);
        case "too_big":
            return issue.message.startsWith("Too")
                ? ["is too large", `give at most ${issue.maximum}`]
                : split(issue.message);
        default:
            return split(issue.message);
    }
}

function kindHint(expected: string, found: Located): string {
    if (expected === "boolean") {
        return "write true or false";
    }
    if (expected === "array") {
        return listHint(found);
    }
    return expected === "string" && found.kind === "scalar" ? "put it in quotes" : `give a ${kindName(expected)}`;
}

const noValue = ["has no value", "give it one, or leave the key out"] as const;

function isNull(found: Located): boolean {
    return found.kind === "scalar" && found.value === null;
}

function scalarText(found: Located): string {
    return found.kind === "scalar" ? found.text : "";
}

/** Messages of our own schemas read `reason; way out`. */
function split(message: string): readonly [reason: string, hint: string] {
    const [reason = "", ...rest] = message.split("; ");
    return [reason, rest.join("; ") || "write one of these"];
}
