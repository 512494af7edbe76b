import { EditorState, type Extension } from "@codemirror/state";

const phrases = {
    Find: "find",
    Replace: "replaceWith",
    next: "next",
    previous: "previous",
    all: "all",
    "match case": "matchCase",
    "by word": "byWord",
    regexp: "regexp",
    replace: "replace",
    "replace all": "replaceAll",
    close: "close",
    "Go to line": "goToLine",
    go: "go",
    Completions: "completions",
    Diagnostics: "diagnostics",
    "No diagnostics": "noDiagnostics",
    "Fold line": "fold",
    "Unfold line": "unfold",
    "folded code": "folded",
    unfold: "unfold",
} as const;

/** The words of the editor's own boxes, in the page's language. */
export function editorPhrases(translate: (key: string) => string): Extension {
    const pairs = Object.entries(phrases).map(
        ([english, key]) => [english, translate(`editor.phrase.${key}`)] as const,
    );
    return EditorState.phrases.of(Object.fromEntries<string>(pairs));
}
