import { closeBrackets } from "@codemirror/autocomplete";
import { history } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
    bracketMatching,
    codeFolding,
    defaultHighlightStyle,
    foldGutter,
    indentOnInput,
    indentUnit,
    StreamLanguage,
    syntaxHighlighting,
} from "@codemirror/language";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { highlightSelectionMatches, search } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { oneDarkHighlightStyle } from "@codemirror/theme-one-dark";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { editorKeys } from "./keys.ts";

export type EditorLanguage = "yaml" | "properties";

/** What every editor has: line numbers, undo, indentation, search, folding. */
export function editorBasics(): Extension {
    return [
        lineNumbers(),
        foldGutter(),
        codeFolding(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        indentOnInput(),
        indentUnit.of("  "),
        EditorState.tabSize.of(4),
        history(),
        search({ top: true }),
        highlightSelectionMatches(),
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
