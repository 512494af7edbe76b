/** One variable of a `.env`, as it is written. */
export interface Assignment {
    readonly name: string;
    /** Without its quotes; undefined for a name alone, which takes the value of the environment. */
    readonly value: string | undefined;
    readonly quote: '"' | "'" | undefined;
    readonly line: number;
}

const blank = /[\s\u0085]*/y;
const blankOnLine = /[\t\v\f\r \u0085\u00A0]*/y;
const exported = /export\s+/y;
const comment = /#[^\n]*/y;
// Compose leaves blanks inside of a name out of account until it ends.
const name = /[\p{L}\p{N}_.[\]\t\v\f\r \u0085\u00A0-]*/uy;

/**
 * The assignments of a `.env` in the way that Compose reads it: a quoted value may go on over several lines, and what
 * follows it on its line is the next assignment. Ends at what Compose would refuse, together with the whole file.
 */
export function readAssignments(text: string): readonly Assignment[] {
    const reader = new Reader(text.replace(/^\uFEFF/, ""));
    const found: Assignment[] = [];
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
        found.push(next);
    }
    return found;
}

class Reader {
    readonly #text: string;
    #at = 0;
    #line = 1;
    #counted = 0;

    constructor(text: string) {
        this.#text = text;
    }

    next(): Assignment | undefined {
        this.#take(blank);
        while (this.#text[this.#at] === "#") {
            this.#take(comment);
            this.#take(blank);
        }
        const line = this.#countLines();
        this.#take(exported);
        const key = this.#take(name).trimEnd();
        const sign = this.#text[this.#at];
        if (key === "" || key.includes(" ") || (sign !== "=" && sign !== ":" && sign !== "\n")) {
            return undefined;
        }
        this.#at += 1;
        if (sign === "\n") {
            return { name: key, value: undefined, quote: undefined, line };
        }
        this.#take(blankOnLine);
        const value = this.#value();
        return value && { name: key, ...value, line };
    }

    #value(): Pick<Assignment, "value" | "quote"> | undefined {
        const quote = this.#text[this.#at];
        if (quote === '"' || quote === "'") {
            const value = this.#quoted(quote);
            return value === undefined ? undefined : { value, quote };
        }
        const end = this.#text.indexOf("\n", this.#at);
        const rest = this.#text.slice(this.#at, end < 0 ? undefined : end);
        this.#at = end < 0 ? this.#text.length : end + 1;
        const hash = rest.indexOf(" #");
        return { value: (hash < 0 ? rest : rest.slice(0, hash)).trimEnd(), quote: undefined };
    }

    /** A quote after a backslash does not end it; all other escapes stay for later. */
    #quoted(quote: string): string | undefined {
        const from = this.#at + 1;
        for (let at = from; at < this.#text.length; at += 1) {
            if (this.#text[at] === quote) {
                this.#at = at + 1;
                const written = this.#text.slice(from, at);
                return written.replaceAll(/\\([\s\S])/g, (whole, sign: string) => (sign === quote ? quote : whole));
            }
            if (this.#text[at] === "\\") {
                at += 1;
            }
        }
        return undefined;
    }

    #take(pattern: RegExp): string {
        pattern.lastIndex = this.#at;
        const taken = pattern.exec(this.#text)?.[0] ?? "";
        this.#at += taken.length;
        return taken;
    }

    #countLines(): number {
        for (; this.#counted < this.#at; this.#counted += 1) {
            this.#line += this.#text[this.#counted] === "\n" ? 1 : 0;
        }
        return this.#line;
    }
}
