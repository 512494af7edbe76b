import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from "yaml";
import { type Mistake, mistakeAt, type Place } from "./mistake.ts";
import type { Tree } from "./tree.ts";
import { expandDocument, ExpansionError } from "./expand-document.ts";
import { unclearText } from "./unclear-text.ts";

const maxBytes = 5 * 1024 * 1024;
const maxDepth = 100;
/** Keys, values, marks, comments and line ends; reading them takes time and memory by their number, not their length. */
const maxPieces = 100_000;
const ownFileHint = "keep the file small and simple";

export type ReadYaml =
    | { readonly ok: true; readonly tree: Tree | undefined; readonly pieces: number }
    | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/**
 * Reads one YAML document; `tree` is undefined for an empty one. Hostile text ends in mistakes: more than 5 MB, or
 * 100,000 pieces, or 100 levels, aliases that multiply, duplicate keys, several documents, characters that Compose reads otherwise.
 */
export function readYaml(file: string, text: string): ReadYaml {
    const start: Place = { file, line: 1, column: 1 };
    if (text.length > maxBytes) {
        return failed([mistakeAt(start, "the file is larger than 5 MB", ownFileHint)]);
    }
    const unclear = unclearText(file, text);
    if (unclear !== undefined) {
        return failed([unclear]);
    }
    const lines = new LineCounter();
    const { tokens, pieces } = readTokens(text.replace(/^\uFEFF/, ""), lines);
    if (pieces > maxPieces) {
        return failed([mistakeAt(start, `the file holds more than ${maxPieces} pieces of YAML`, ownFileHint)]);
    }
    const tooDeep = tokens.find((token) => isDeeperThan(token, maxDepth));
    if (tooDeep !== undefined) {
        return failed([mistakeAt(start, `the file is nested deeper than ${maxDepth} levels`, ownFileHint)]);
    }
    const composed = compose(file, tokens, lines);
    return composed.ok ? { ...composed, pieces } : composed;
}

/** Stops where there are too many: this is done at one go, and nothing else of the server runs meanwhile. */
function readTokens(
    text: string,
    lines: LineCounter,
): { readonly tokens: readonly CST.Token[]; readonly pieces: number } {
    const parser = new Parser(lines.addNewLine);
    const tokens: CST.Token[] = [];
    let pieces = 0;
    lines.addNewLine(0);
    for (const piece of new Lexer().lex(text)) {
        pieces += 1;
        if (pieces > maxPieces) {
            return { tokens: [], pieces };
        }
        tokens.push(...parser.next(piece));
    }
    tokens.push(...parser.end());
    return { tokens, pieces };
}

function compose(file: string, tokens: readonly CST.Token[], lines: LineCounter): ReadYaml {
    const place = (offset: number): Place => {
        const { line, col } = lines.linePos(offset);
        return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
    };
    // The failsafe schema keeps every scalar as it is written; Compose's own rules decide what it means. Keys are
    // compared later: here each would be compared with each other one, which takes minutes for a hostile file.
    const options = { schema: "failsafe", prettyErrors: false, uniqueKeys: false } as const;
    const documents = [...new Composer(options).compose(tokens)];
    const errors = documents.flatMap((document) => document.errors);
    if (errors.length > 0) {
        return failed(errors.map((error) => mistakeAt(place(error.pos[0]), error.message, yamlHint(error.code))));
    }
    const [first, second] = documents;
    if (second !== undefined) {
        return failed([mistakeAt(place(second.range[0]), "a second YAML document", "keep one document per file")]);
    }
    return first === undefined ? { ok: true, tree: undefined, pieces: 0 } : expand(first, place);
}

function expand(document: Document, place: (offset: number) => Place): ReadYaml {
    try {
        return { ok: true, tree: expandDocument(document, place), pieces: 0 };
    } catch (error) {
        if (error instanceof ExpansionError) {
            return failed([error.mistake]);
        }
        throw error;
    }
}

function failed(mistakes: readonly Mistake[]): ReadYaml {
    return { ok: false, mistakes };
}

function yamlHint(code: string): string {
    return code === "TAB_AS_INDENT" ? "indent with spaces" : "check indentation and quotes";
}

/** Walks with a stack of its own: recursion would end the whole process on a hostile file. */
function isDeeperThan(token: CST.Token, limit: number): boolean {
    const waiting: [CST.Token, number][] = [[token, 0]];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [current, depth] = next;
        if (depth > limit) {
            return true;
        }
        for (const child of childTokens(current)) {
            waiting.push([child, depth + 1]);
        }
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
    return items.flatMap((item) => [item.key, item.value]).filter((child) => child !== undefined && child !== null);
}
