import { RangeSet, StateEffect, StateField, type Extension, type Text } from "@codemirror/state";
import { Decoration, EditorView, gutter, GutterMarker, type DecorationSet } from "@codemirror/view";

/** Something wrong in a text: line and column from 1, and what. */
export interface Marked {
    readonly line: number;
    readonly column: number;
    readonly message: string;
}

interface Marks {
    readonly words: DecorationSet;
    readonly gutter: RangeSet<GutterMarker>;
}

/** Replaces all marks. */
export const setMistakes = StateEffect.define<readonly Marked[]>();

class MistakeMark extends GutterMarker {
    readonly #message: string;

    constructor(message: string) {
        super();
        this.#message = message;
    }

    override eq(other: GutterMarker): boolean {
        return other instanceof MistakeMark && other.#message === this.#message;
    }

    override toDOM(): Node {
        const mark = document.createElement("div");
        mark.className = "cm-mistake-mark";
        mark.title = this.#message;
        return mark;
    }
}

const field = StateField.define<Marks>({
    create: () => ({ words: Decoration.none, gutter: RangeSet.of<GutterMarker>([]) }),
    update(marks, transaction) {
        const effect = transaction.effects.find((one) => one.is(setMistakes));
        if (effect !== undefined) {
            return marksOf(transaction.state.doc, effect.value);
        }
        const { changes } = transaction;
        return { words: marks.words.map(changes), gutter: marks.gutter.map(changes) };
    },
    provide: (own) => EditorView.decorations.from(own, ({ words }) => words),
});

/** Underlines mistakes and marks their lines in the gutter, as the effect `setMistakes` tells them. */
export function mistakeMarks(): Extension {
    return [field, gutter({ class: "cm-mistake-gutter", markers: (view) => view.state.field(field).gutter })];
}

function marksOf(text: Text, mistakes: readonly Marked[]): Marks {
    const words = mistakes.map((mistake) => {
        const [from, to] = wordAt(text, mistake);
        const attributes = { class: "cm-mistake", title: mistake.message };
        return from === to ? [] : [Decoration.mark({ attributes }).range(from, to)];
    });
    const byLine = new Map<number, string[]>();
    for (const mistake of mistakes) {
        const { from } = lineOf(text, mistake);
        byLine.set(from, [...(byLine.get(from) ?? []), mistake.message]);
    }
    const marks = [...byLine].map(([from, messages]) => new MistakeMark(messages.join("\n")).range(from));
    return { words: Decoration.set(words.flat(), true), gutter: RangeSet.of(marks, true) };
}

/** The text may have become shorter than it was when it was checked. */
function lineOf(text: Text, { line }: Marked) {
    return text.line(Math.min(Math.max(1, line), text.lines));
}

/** Where a mistake stands, from the beginning of the text. */
export function offsetOf(text: Text, mistake: Marked): number {
    const line = lineOf(text, mistake);
    return Math.min(line.from + mistake.column - 1, line.to);
}

/** From the mistake to the end of its word, or else to the end of the line. */
function wordAt(text: Text, mistake: Marked): readonly [number, number] {
    const line = lineOf(text, mistake);
    const from = offsetOf(text, mistake);
    const word = /^[\w$.-]+/.exec(text.sliceString(from, line.to))?.[0] ?? "";
    return [from, word === "" ? line.to : from + word.length];
}
