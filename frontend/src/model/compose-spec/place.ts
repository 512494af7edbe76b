/** Where a cursor stands in a compose file, told from indentation alone: what is being written seldom parses. */
export interface Place {
    /** Keys from the top; `[]` for an item of a list. */
    readonly path: readonly string[];
    /** The beginning of an entry, or what stands behind `key: `. */
    readonly kind: "key" | "value";
    readonly word: string;
    /** The offset where the word begins. */
    readonly from: number;
    /** The column that an entry beside this one begins at. */
    readonly column: number;
    /** Keys that stand beside this one already. */
    readonly siblings: readonly string[];
}

interface Line {
    readonly indent: number;
    /** The column behind the dashes. */
    readonly content: number;
    readonly isItem: boolean;
    readonly rest: string;
}

const keyAtStart = /^(?:"([^"]+)"|'([^']+)'|([^\s#:'"[\]{},][^\s:#]*)):(?:\s+|$)/;

/** The place of an offset; undefined inside of comments and blocks of text. */
export function placeAt(text: string, offset: number): Place | undefined {
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    const above = text.slice(0, start).split("\n").slice(0, -1).map(readLine);
    const below = text.slice(offset).split("\n").slice(1).map(readLine);
    const line = readLine(text.slice(start, offset)) ?? {
        indent: offset - start,
        content: offset - start,
        isItem: false,
        rest: "",
    };
    const key = keyAtStart.exec(line.rest);
    const parents = parentsOf(line, above);
    const typed = key === null ? line.rest : line.rest.slice(key[0].length);
    if (parents === undefined || /(^|\s)#/.test(line.rest) || (key === null && /\s$/.test(typed))) {
        return undefined;
    }
    const place = { word: typed, from: offset - typed.length, column: line.content };
    const siblings = [...siblingsIn([...above].reverse(), line, true), ...siblingsIn(below, line, false)];
    return key === null
        ? { ...place, kind: "key", path: parents, siblings }
        : { ...place, kind: "value", path: [...parents, nameOf(key)], siblings };
}

function readLine(text: string): Line | undefined {
    const [, blanks = "", dashes = "", rest = ""] = /^( *)((?:- +|-$)*)(.*)$/.exec(text) ?? [];
    if (rest.trim() === "" && dashes === "" && blanks === "") {
        return undefined;
    }
    return { indent: blanks.length, content: blanks.length + dashes.length, isItem: dashes !== "", rest };
}

function parentsOf(line: Line, above: readonly (Line | undefined)[]): readonly string[] | undefined {
    const path: string[] = line.isItem ? ["[]"] : [];
    let { indent: column, isItem } = line;
    for (const other of [...above].reverse()) {
        if (other === undefined || isVoid(other) || (column === 0 && !isItem)) {
            continue;
        }
        const key = keyAtStart.exec(other.rest);
        if (key !== null && isInside(other, column, isItem)) {
            if (/[|>][-+\d]*\s*(#.*)?$/.test(other.rest.slice(key[0].length))) {
                return undefined;
            }
            path.unshift(nameOf(key));
            [column, isItem] = [other.content, false];
        }
        if (other.isItem && column > other.indent) {
            path.unshift("[]");
            [column, isItem] = [other.indent, true];
        }
    }
    return path;
}

function isInside(other: Line, column: number, isItem: boolean): boolean {
    return column > other.content || (isItem && !other.isItem && column === other.content);
}

/** The keys of the same map above or below. */
function siblingsIn(
    lines: readonly (Line | undefined)[],
    { content, isItem }: Line,
    upwards: boolean,
): readonly string[] {
    const found: string[] = [];
    if (upwards && isItem) {
        return found;
    }
    for (const line of lines) {
        if (line === undefined || isVoid(line)) {
            continue;
        }
        const key = keyAtStart.exec(line.rest);
        if (line.content === content && key !== null && (upwards || !line.isItem)) {
            found.push(nameOf(key));
        }
        if (isOutside(line, content)) {
            break;
        }
    }
    return found;
}

function isOutside(line: Line, column: number): boolean {
    return line.content < column || (line.isItem && line.indent < column);
}

function isVoid({ rest, isItem }: Line): boolean {
    return (rest.trim() === "" && !isItem) || rest.startsWith("#");
}

function nameOf(key: RegExpExecArray): string {
    return key[1] ?? key[2] ?? key[3] ?? "";
}
