import { substitute } from "./interpolation.ts";
import { type Violation, violationAt } from "./violation.ts";

const line = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*(.*)$/;
const refused = ["COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES"];

/** The variables of a `.env`, as Compose reads them: quotes, comments, and variables defined above. */
export function parseEnvFile(text: string): ReadonlyMap<string, string> {
    const values = new Map<string, string>();
    for (const assignment of assignments(text)) {
        values.set(assignment.name, readValue(assignment.value, values));
    }
    return values;
}

/** Refuses a `.env` that would lead Compose to other files or another project than the stack's. */
export function checkEnvFile(file: string, text: string): readonly Violation[] {
    return assignments(text).flatMap(({ name, line: number }) => {
        if (!refused.includes(name)) {
            return [];
        }
        const message = `${name} in ${file} would make Compose use other files or another project than this stack's`;
        const place = { file, line: number, column: 1 };
        return [violationAt(place, "env_refused", message, "remove that line")];
    });
}

interface Assignment {
    readonly name: string;
    readonly value: string;
    readonly line: number;
}

function assignments(text: string): readonly Assignment[] {
    const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
    return lines.flatMap((content, index) => {
        const [, name, value = ""] = line.exec(content) ?? [];
        return name === undefined ? [] : [{ name, value, line: index + 1 }];
    });
}

function readValue(value: string, known: ReadonlyMap<string, string>): string {
    const single = /^'([^']*)'/.exec(value)?.[1];
    if (single !== undefined) {
        return single;
    }
    const double = /^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1];
    const plain = double?.replaceAll(/\\(.)/g, (_, escaped: string) => unescape(escaped)) ?? withoutComment(value);
    return substitute(plain, (name) => known.get(name)).text;
}

function unescape(character: string): string {
    const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
    return escapes[character] ?? character;
}

function withoutComment(value: string): string {
    return value.replace(/(^|[ \t]+)#.*$/, "").trim();
}
