import { yaml } from "@codemirror/lang-yaml";
import {
    bracketMatching,
    defaultHighlightStyle,
    indentOnInput,
    indentUnit,
    StreamLanguage,
    syntaxHighlighting,
} from "@codemirror/language";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { EditorState, type Extension } from "@codemirror/state";
import { oneDarkHighlightStyle } from "@codemirror/theme-one-dark";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { undoHistory } from "./history.ts";
import { editorKeys } from "./keys.ts";

export type EditorLanguage = "yaml" | "properties";

/** What every editor has: line numbers, undo, indentation. */
export function editorBasics(): Extension {
    return [
        lineNumbers(),
        drawSelection(),
        bracketMatching(),
        indentOnInput(),
        indentUnit.of("  "),
        EditorState.tabSize.of(4),
        undoHistory,
        keymap.of(editorKeys),
    ];
}

export function editorLanguage(language: EditorLanguage): Extension {
    return language === "yaml" ? yaml() : StreamLanguage.define(properties);
}

export function editorColours(dark: boolean): Extension {
    return [EditorView.theme({}, { dark }), syntaxHighlighting(dark ? oneDarkHighlightStyle : defaultHighlightStyle)];
}

/** A locked editor can be read, selected and copied with the keyboard, not changed. */
export function editorLock(locked: boolean): Extension {
    return locked ? EditorState.readOnly.of(true) : highlightActiveLine();
}
