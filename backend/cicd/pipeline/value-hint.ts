import type { Located, LocatedMap } from "./located.ts";

type Kind = Located["kind"];
type Hint = (found: Located, key: string) => string | undefined;

interface Habit {
    /** The path below the job or the file; `#` stands for a place in a list. */
    readonly at: RegExp;
    readonly kind: Kind;
    readonly hint: Hint;
}

const quoted: Hint = () => "put the whole command in single quotes; ': ' makes a map of it";
const asPaths: Hint = (found) => `write { paths: [${textsOf(found).join(", ")}] }`;

/** What people write whose other system takes it. */
const habits: readonly Habit[] = [
    { at: /^image$/, kind: "map", hint: imageHint },
    { at: /^services\.#\.name$/, kind: "scalar", hint: serviceHint },
    { at: /^services$/, kind: "scalar", hint: listHint },
    { at: /^(?:services\.[^.]+\.)?variables$/, kind: "list", hint: () => "write a map, such as { NAME: value }" },
    { at: /^(?:.+\.)?variables\.[^.]+$/, kind: "map", hint: variableHint },
    { at: /^cache(?:\.#)?\.key$/, kind: "map", hint: () => "write a text, such as npm or npm-$CICD_BRANCH" },
    { at: /^(?:cache(?:\.#)?|artifacts)$/, kind: "scalar", hint: asPaths },
    { at: /^artifacts$/, kind: "list", hint: asPaths },
    { at: /^include(?:\.#)?$/, kind: "map", hint: includeHint },
    { at: /^(?:before_|after_)?script\.#$/, kind: "map", hint: quoted },
    { at: /^(?:before_|after_)?script$/, kind: "map", hint: quoted },
    { at: /^(?:before_|after_)?script\.#$/, kind: "scalar", hint: quotesHint },
    { at: /^rules\.#$/, kind: "scalar", hint: () => "write what must fit, such as { branch: main }" },
    { at: /^allow_failure$/, kind: "map", hint: () => "write true or false; exit codes are not told apart" },
];

/** The way out for a value of the wrong kind at a place where another system takes it. */
export function valueHint(path: readonly PropertyKey[], found: Located): string | undefined {
    const words = path.map((key) => (typeof key === "number" ? "#" : String(key)));
    const habit = habits.find(({ at, kind }) => kind === found.kind && at.test(words.join(".")));
    return habit?.hint(found, words.at(-1) ?? "");
}

/** For a list that somebody wrote without its brackets or dashes. */
export function listHint(found: Located): string {
    return found.kind === "scalar" ? `write a list: [${found.text}]` : 'begin each entry of the list with "- "';
}

function quotesHint(found: Located): string | undefined {
    return found.kind === "scalar" && typeof found.value === "string" ? undefined : "put it in quotes";
}

function imageHint(found: Located): string {
    const name = scalarOf(found, "name") ?? "node:20";
    return `write image: ${name}, and entrypoint and user as keys of the job`;
}

function serviceHint(found: Located): string | undefined {
    const isImage = found.kind === "scalar" && /[:/]/.test(found.text);
    return isImage ? `write image: ${found.text}, and as name the host name` : undefined;
}

function variableHint(found: Located, key: string): string {
    return `write the value alone: ${key}: ${scalarOf(found, "value") ?? "value"}`;
}

function includeHint(found: Located): string {
    const path = scalarOf(found, "local")?.replace(/^\/+/, "");
    return path === undefined
        ? "copy the file into the repository, and write its path"
        : `write the path alone: ${path}`;
}

function scalarOf(found: Located, key: string): string | undefined {
    const value = entriesOf(found)?.get(key)?.value;
    return value?.kind === "scalar" ? value.text : undefined;
}

function entriesOf(found: Located): LocatedMap["entries"] | undefined {
    return found.kind === "map" ? found.entries : undefined;
}

function textsOf(found: Located): readonly string[] {
    const items = found.kind === "list" ? found.items : [found];
    return items.flatMap((item) => (item.kind === "scalar" ? [item.text] : []));
}
