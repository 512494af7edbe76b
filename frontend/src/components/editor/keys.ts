import { acceptCompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, historyKeymap, indentWithTab } from "@codemirror/commands";
import { foldKeymap } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { searchKeymap } from "@codemirror/search";
import { EditorSelection, type StateCommand } from "@codemirror/state";
import type { EditorView, KeyBinding } from "@codemirror/view";

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

/** For two seconds after Escape, Tab is the browser's. */
function leaveByTab(view: EditorView, event: KeyboardEvent): boolean {
    if (event.key === "Escape") {
        view.setTabFocusMode(2000);
    }
    return false;
}

/** Tab takes an offer or indents; after Escape it leaves the editor, for those who use the keyboard alone. */
export const editorKeys: readonly KeyBinding[] = [
    { any: leaveByTab },
    ...completionKeymap,
    { key: "Tab", run: acceptCompletion },
    { key: "Enter", run: newLine },
    indentWithTab,
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...lintKeymap,
    ...defaultKeymap,
];
