/** The keys that a terminal keeps for the page; everything else goes to the shell. */
export type ShellKey = "leave" | "copy" | "paste";

interface Pressed {
    readonly type: string;
    readonly code: string;
    readonly ctrlKey: boolean;
    readonly shiftKey: boolean;
    readonly altKey: boolean;
    readonly metaKey: boolean;
}

const keys: Readonly<Record<string, ShellKey>> = { KeyL: "leave", KeyC: "copy", KeyV: "paste" };

/** Ctrl+Shift with L leaves the terminal, so that nobody is caught in it; with C and V it copies and pastes. */
export function shellKey({ code, ctrlKey, shiftKey, altKey, metaKey }: Pressed): ShellKey | undefined {
    return ctrlKey && shiftKey && !altKey && !metaKey ? keys[code] : undefined;
}

const largestPiece = 100_000;

/** Text in pieces that fit into one message each; a pair of surrogates stays together. */
export function inPieces(text: string, largest = largestPiece): readonly string[] {
    const pieces: string[] = [];
    let from = 0;
    while (from < text.length) {
        const to = endOf(text, from + largest);
        pieces.push(text.slice(from, to));
        from = to;
    }
    return pieces;
}

function endOf(text: string, wanted: number): number {
    const last = text.charCodeAt(wanted - 1);
    const splits = wanted < text.length && last >= 0xd800 && last <= 0xdbff;
    return splits ? wanted + 1 : wanted;
}

/** Whether nobody typed this: a terminal answers so when a program asks where its cursor is, or what it can do. */
export function isAnswer(text: string): boolean {
    return text.startsWith("\u001b[") && /^[?>]?[\d;]*[Rcn]$/.test(text.slice(2));
}
