import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from "yaml";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import type { Located } from "./located.ts";
import { locateDocument } from "./locate-document.ts";
import { mistakeAt, type Place } from "./mistake.ts";

const maxBytes = 1024 * 1024;
const maxDepth = 50;
/** Keys, values, marks, comments and line ends; reading takes time by their number, not their length. */
const maxPieces = 50_000;
const smaller = "keep the file small, and move long scripts into files of the repository";

/** What one text says; `root` is undefined for an empty one, and where it cannot be read. */
export interface ReadYaml {
    readonly root?: Located | undefined;
    readonly mistakes: readonly PipelineMistake[];
}

/**
 * Reads one YAML document. Never throws: hostile text ends in mistakes, such as more than 1 MB, 50,000 pieces or 50
 * levels, and aliases that multiply.
 */
export function readYaml(file: string, text: string): ReadYaml {
    const start: Place = { file, line: 1, column: 1 };
    if (text.length > maxBytes) {
        return { mistakes: [mistakeAt(start, "the file is larger than 1 MB", smaller)] };
    }
    const lines = new LineCounter();
    const tokens = readTokens(text.replace(/^\uFEFF/, ""), lines);
    if (tokens === undefined) {
        return { mistakes: [mistakeAt(start, `the file holds more than ${maxPieces} pieces of YAML`, smaller)] };
    }
    if (tokens.some(isTooDeep)) {
        return { mistakes: [mistakeAt(start, `the file is nested deeper than ${maxDepth} levels`, "make it flatter")] };
    }
    const place = (offset: number): Place => {
        const { line, col } = lines.linePos(offset);
        return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
    };
    return locate([...new Composer(composing).compose(tokens)], place);
}

/** Keys are compared later: here each would be compared with each other one. */
const composing = { schema: "core", prettyErrors: false, uniqueKeys: false } as const;

/** undefined where there are too many. */
function readTokens(text: string, lines: LineCounter): readonly CST.Token[] | undefined {
    const parser = new Parser(lines.addNewLine);
    const tokens: CST.Token[] = [];
    let pieces = 0;
    lines.addNewLine(0);
    for (const piece of new Lexer().lex(text)) {
        pieces += 1;
        if (pieces > maxPieces) {
            return undefined;
        }
        tokens.push(...parser.next(piece));
    }
    return [...tokens, ...parser.end()];
}

function locate(documents: readonly Document[], place: (offset: number) => Place): ReadYaml {
    const wrong = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
    if (wrong.length > 0) {
        return { mistakes: wrong.map(({ pos, message, code }) => mistakeAt(place(pos[0]), message, hintFor(code))) };
    }
    const [first, second] = documents;
    if (second !== undefined) {
        return {
            mistakes: [
                mistakeAt(place(second.range?.[0] ?? 0), "a second YAML document", "keep one document per file"),
            ],
        };
    }
    return first === undefined ? { mistakes: [] } : locateDocument(first, place);
}

function hintFor(code: string): string {
    if (code === "TAB_AS_INDENT") {
        return "indent with spaces";
    }
    return code === "TAG_RESOLVE_FAILED"
        ? "write the value without a tag; in the place of !reference, an anchor: *name"
        : "check indentation and quotes";
}

/** Walks with a stack of its own: recursion would end the whole process on a hostile file. */
function isTooDeep(token: CST.Token): boolean {
    const waiting: (readonly [CST.Token, number])[] = [[token, 0]];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [current, depth] = next;
        if (depth > maxDepth) {
            return true;
        }
        waiting.push(...childTokens(current).map((child) => [child, depth + 1] as const));
    }
    return false;
}

function childTokens(token: CST.Token): readonly CST.Token[] {
    if (token.type === "document") {
        return token.value === undefined ? [] : [token.value];
    }
    if (!("items" in token)) {
        return [];
    }
    const items: readonly CST.CollectionItem[] = token.items;
    return items.flatMap(({ key, value }) => [key, value]).filter((child) => child !== undefined && child !== null);
}
