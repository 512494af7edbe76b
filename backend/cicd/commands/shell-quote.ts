import { AppError } from "../../../common/errors.ts";

/**
 * Words as one piece of a POSIX shell's input, each of them one argument whatever it holds. Throws AppError `invalid` for
 * a NUL, which no argument can hold.
 */
export function shellQuote(words: readonly string[]): string {
    return words.map(quoteWord).join(" ");
}

function quoteWord(word: string): string {
    if (word.includes("\0")) {
        throw new AppError("invalid", "argument: has a NUL character, which no program can be given; remove it");
    }
    return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Shell input that sets and exports variables. Throws AppError `invalid` for a name that a shell does not take, and for a
 * NUL in a value.
 */
export function shellExports(environment: Readonly<Record<string, string>>): string {
    return Object.entries(environment)
        .map(([name, value]) => `export ${shellName(name)}=${quoteWord(value)}\n`)
        .join("");
}

function shellName(name: string): string {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw new AppError("invalid", `variable ${name}: use letters, digits and _ only, beginning with no digit`);
    }
    return name;
}
