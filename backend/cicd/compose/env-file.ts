import { type Assignment, readAssignments } from "./env-assignments.ts";
import { type Lookup, substitute, variableNames } from "./interpolation.ts";
import { type Violation, violationAt } from "./violation.ts";

const refused = ["COMPOSE_FILE", "COMPOSE_PROJECT_NAME", "COMPOSE_ENV_FILES"];
/** Whatever the quotes around it are, on each line by itself. */
const suspicious = new RegExp(`^[^#]*?(?<![\\w.-])(${refused.join("|")})[ \\t]*[=:]`);

/** Longer ones serve no variable that a container could be given. */
export const maxEnvFileBytes = 1024 * 1024;

const nothing: Lookup = () => undefined;

/** The variables of a `.env`, as Compose reads them: quotes, comments, variables of `lookup`, and those defined above. */
export function parseEnvFile(text: string, lookup: Lookup = nothing): ReadonlyMap<string, string> {
    const values = new Map<string, string>();
    for (const assignment of readAssignments(text)) {
        const value = valueOf(assignment, lookup, values);
        if (value !== undefined) {
            values.set(assignment.name, value);
        }
    }
    return values;
}

/** The names among them whose value depends, directly or not, on variables for which `isUnknown` is true. */
export function dependentNames(text: string, isUnknown: (name: string) => boolean): ReadonlySet<string> {
    const dependent = new Set<string>();
    for (const { name, value, quote } of readAssignments(text)) {
        const used = value === undefined ? [name] : [...variableNames(quote === "'" ? "" : value)];
        if (used.some((other) => isUnknown(other) || dependent.has(other))) {
            dependent.add(name);
        } else {
            dependent.delete(name);
        }
    }
    return dependent;
}

/** Refuses a `.env` that would lead Compose to other files or another project than the stack's. */
export function checkEnvFile(file: string, text: string): readonly Violation[] {
    if (text.length > maxEnvFileBytes) {
        const place = { file, line: 1, column: 1 };
        return [violationAt(place, "env_refused", `${file} is larger than 1 MB`, "keep variables in it, not data")];
    }
    const lines = text.split(/\r?\n/);
    const seen = lines.flatMap((line, at) => {
        const name = suspicious.exec(line)?.[1];
        return name === undefined ? [] : [{ name, line: at + 1 }];
    });
    const read = readAssignments(text).filter(
        ({ name, line }) => refused.includes(name) && !seen.some((known) => known.line === line),
    );
    return [...seen, ...read].map(({ name, line }) => {
        const message = `${name} in ${file} would make Compose use other files or another project than this stack's`;
        return violationAt({ file, line, column: 1 }, "env_refused", message, "remove that line");
    });
}

function valueOf(assignment: Assignment, lookup: Lookup, known: ReadonlyMap<string, string>): string | undefined {
    const { name, value, quote } = assignment;
    if (value === undefined) {
        return lookup(name);
    }
    if (quote === "'") {
        return value;
    }
    return substitute(quote === '"' ? withoutEscapes(value) : value, (other) => lookup(other) ?? known.get(other)).text;
}

const escapes: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** `\$` stays a dollar sign when variables are put in afterwards. */
function withoutEscapes(value: string): string {
    return value.replaceAll(/\\([abcfnrtv$"\\]|0\d{0,3})/g, (whole, sign: string) => {
        if (sign === "$") {
            return "$$";
        }
        if (sign.startsWith("0")) {
            return octal(sign.slice(1)) ?? whole;
        }
        return sign === '"' || sign === "\\" ? sign : (escapes[sign] ?? whole);
    });
}

function octal(digits: string): string | undefined {
    const code = /^[0-7]{3}$/.test(digits) ? parseInt(digits, 8) : 256;
    return code < 256 ? String.fromCharCode(code) : undefined;
}
