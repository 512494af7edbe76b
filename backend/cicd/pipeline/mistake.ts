import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";

/** A place in a file; line and column from 1. */
export interface Place {
    readonly file: string;
    readonly line: number;
    readonly column: number;
}

/** Most mistakes that are told of one pipeline. */
export const mostMistakes = 200;

/** Most characters of a message: it may name what stands in a file. */
const longestText = 500;

export function mistakeAt({ file, line, column }: Place, message: string, hint: string): PipelineMistake {
    return { file, line, column, message: shown(message), hint: shown(hint) };
}

/** Text of a repository must not steer a terminal, or fill it. */
function shown(text: string): string {
    const cut = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
    return cut.replace(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
}

/** One line for terminals and logs: `pipeline.yml:3:5: what is wrong; the way out`. */
export function describeMistake({ file, line, column, message, hint }: PipelineMistake): string {
    return `${file}:${line}:${column}: ${message}${hint === "" ? "" : `; ${hint}`}`;
}

/** In the order of the files, each once, and not more than people can read. */
export function sortMistakes(
    mistakes: readonly PipelineMistake[],
    files: readonly string[],
): readonly PipelineMistake[] {
    const known = new Map(mistakes.map((mistake) => [describeMistake(mistake), mistake]));
    const rank = new Map(files.map((file, index) => [file, index]));
    const order = ({ file }: PipelineMistake): number => rank.get(file) ?? files.length;
    return [...known.values()]
        .sort((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column)
        .slice(0, mostMistakes);
}
