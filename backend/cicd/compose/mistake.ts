/** Something wrong in a file of the repository: where (line and column from 1), what, and the way out. */
export interface Mistake {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
    readonly hint: string;
}

/** A place in a file; line and column from 1. */
export interface Place {
    readonly file: string;
    readonly line: number;
    readonly column: number;
}

export function mistakeAt(place: Place, message: string, hint: string): Mistake {
    return { file: place.file, line: place.line, column: place.column, message, hint };
}

/** One line for logs: `compose.yaml:3:5: what is wrong; the way out`. */
export function describeMistake(mistake: Mistake): string {
    const { file, line, column, message, hint } = mistake;
    return `${file}:${line}:${column}: ${message}${hint === "" ? "" : `; ${hint}`}`;
}
