import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import type { FileSource } from "./job-source.ts";
import { type LocatedMap, placeAt } from "./located.ts";
import { mistakeAt, type Place } from "./mistake.ts";
import { readFile } from "./read-file.ts";

const mostFiles = 50;
const mostNested = 10;
const mostCharacters = 5 * 1024 * 1024;

/**
 * The text of a file of the repository, by its path from the root; undefined where there is none. It must not follow
 * links out of the repository.
 */
export type ReadRepositoryFile = (path: string) => Promise<string | undefined>;

interface Reading {
    readonly read: ReadRepositoryFile;
    /** In the order in which they count: an included file before the one that includes it. */
    readonly sources: FileSource[];
    readonly begun: Set<string>;
    readonly mistakes: PipelineMistake[];
    characters: number;
}

/** Reads a pipeline and the files that it includes, each once. Throws what `read` throws. */
export async function loadFiles(
    path: string,
    read: ReadRepositoryFile,
): Promise<{ readonly sources: readonly FileSource[]; readonly mistakes: readonly PipelineMistake[] }> {
    const reading: Reading = { read, sources: [], begun: new Set(), mistakes: [], characters: 0 };
    const start = { file: plain(path), line: 1, column: 1 };
    await loadOne(plain(path), start, [], reading);
    return { sources: reading.sources, mistakes: reading.mistakes };
}

async function loadOne(path: string, from: Place, above: readonly string[], reading: Reading): Promise<void> {
    const trouble = whyNotLoaded(path, above, reading);
    if (trouble !== undefined) {
        reading.mistakes.push(mistakeAt(from, ...trouble));
        return;
    }
    if (reading.begun.has(path)) {
        return;
    }
    reading.begun.add(path);
    const text = await reading.read(path);
    if (text === undefined) {
        reading.mistakes.push(mistakeAt(from, `there is no file ${path}`, "give a path from the repository's root"));
        return;
    }
    reading.characters += text.length;
    const source = readFile(path, text);
    for (const [included, place] of includesOf(source)) {
        await loadOne(included, place, [...above, path], reading);
    }
    reading.sources.push(source);
}

function whyNotLoaded(
    path: string,
    above: readonly string[],
    { begun, characters }: Reading,
): readonly [message: string, hint: string] | undefined {
    if (above.includes(path)) {
        const circle = [...above.slice(above.indexOf(path)), path].join(" → ");
        return [`${path} includes itself: ${circle}`, "leave one of these includes out"];
    }
    if (above.length > mostNested) {
        return [`includes are nested deeper than ${mostNested} files`, "include the file in the first one"];
    }
    if (begun.size >= mostFiles && !begun.has(path)) {
        return [`the pipeline has more than ${mostFiles} files`, "put some of them together"];
    }
    return characters > mostCharacters ? ["the pipeline's files are larger than 5 MB", "make them smaller"] : undefined;
}

function includesOf({ head, node }: FileSource): readonly (readonly [path: string, place: Place])[] {
    const paths = [head.include ?? []].flat();
    return paths.map((path, index) => [plain(path), placeOf(node, index)] as const);
}

function placeOf(node: LocatedMap | undefined, index: number): Place {
    return node === undefined ? { file: "", line: 1, column: 1 } : placeAt(node, ["include", index]);
}

/** One spelling for each file. */
function plain(path: string): string {
    return path
        .split("/")
        .filter((part) => part !== "" && part !== ".")
        .join("/");
}
