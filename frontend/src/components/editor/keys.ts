import { EditorSelection, type StateCommand } from "@codemirror/state";
import type { KeyBinding } from "@codemirror/view";
import { redo, undo } from "./history.ts";

/** A new line as deep as this one, deeper after a colon that opens a YAML block. */
const newLine: StateCommand = ({ state, dispatch }) => {
    if (state.readOnly) {
        return false;
    }
    const change = state.changeByRange((range) => {
        const before = state.sliceDoc(state.doc.lineAt(range.from).from, range.from);
        const depth = /^[ \t]*/.exec(before)?.[0] ?? "";
        const insert = `\n${depth}${/:\s*$/.test(before) ? "  " : ""}`;
        return {
            changes: { from: range.from, to: range.to, insert },
            range: EditorSelection.cursor(range.from + insert.length),
        };
    });
    dispatch(state.update(change, { scrollIntoView: true, userEvent: "input" }));
    return true;
};

/** Ctrl+] and Ctrl+[ rather than Tab: Tab must leave the editor for those who use the keyboard alone. */
function indent(direction: 1 | -1): StateCommand {
    return ({ state, dispatch }) => {
        if (state.readOnly) {
            return false;
        }
        const first = state.doc.lineAt(state.selection.main.from).number;
        const last = state.doc.lineAt(state.selection.main.to).number;
        const changes = [];
        for (let number = first; number <= last; number += 1) {
            const line = state.doc.line(number);
            const spaces = /^ {0,2}/.exec(line.text)?.[0].length ?? 0;
            changes.push(
                direction === 1 ? { from: line.from, insert: "  " } : { from: line.from, to: line.from + spaces },
            );
        }
        dispatch(state.update({ changes, userEvent: "input.indent" }));
        return true;
    };
}

export const editorKeys: readonly KeyBinding[] = [
    { key: "Enter", run: newLine },
    { key: "Mod-z", run: undo, preventDefault: true },
    { key: "Mod-y", run: redo, preventDefault: true },
    { key: "Mod-Shift-z", run: redo, preventDefault: true },
    { key: "Mod-]", run: indent(1) },
    { key: "Mod-[", run: indent(-1) },
];
