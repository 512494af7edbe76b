import {
    autocompletion,
    pickedCompletion,
    startCompletion,
    type Completion,
    type CompletionContext,
    type CompletionResult,
} from "@codemirror/autocomplete";
import { linter, lintGutter, type Diagnostic } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { offersAt, type Offer } from "../../model/compose-spec/completion.ts";
import { lintEnv } from "../../model/compose-spec/env-lint.ts";
import type { Finding } from "../../model/compose-spec/finding.ts";
import { lintCompose } from "../../model/compose-spec/lint.ts";

/** What the editor knows about its text: a compose file, one that is laid over it, or variables. */
export type EditorAssist = "compose" | "override" | "env";

/** A finding with its sentence and its place, both from 1. */
export interface ShownFinding {
    readonly line: number;
    readonly column: number;
    readonly severity: "error" | "warning";
    readonly code: Finding["code"];
    readonly message: string;
}

export interface AssistOptions {
    readonly assist: EditorAssist;
    describe(finding: Finding): string;
    onFindings(findings: readonly ShownFinding[]): void;
}

/** Completion, and marks at what is wrong. */
export function editorAssist(options: AssistOptions): Extension {
    const lint = linter((view) => check(view, options), { delay: 300 });
    const completion = autocompletion({ override: [complete], icons: false });
    return options.assist === "env" ? [lint, lintGutter()] : [completion, lint, lintGutter()];
}

function check({ state }: EditorView, { assist, describe, onFindings }: AssistOptions): readonly Diagnostic[] {
    const text = state.doc.toString();
    const findings = assist === "env" ? lintEnv(text) : lintCompose(text, { partial: assist === "override" });
    const diagnostics = findings.map((finding) => ({
        from: Math.min(finding.from, text.length),
        to: Math.min(firstLineOf(text, finding), text.length),
        severity: finding.severity,
        message: describe(finding),
    }));
    onFindings(
        diagnostics.map(({ from, severity, message }, index) => {
            const line = state.doc.lineAt(from);
            const code = findings[index]?.code ?? "yaml";
            return { line: line.number, column: from - line.from + 1, severity, code, message };
        }),
    );
    return diagnostics;
}

/** A map that is wrong is marked at its first line. */
function firstLineOf(text: string, { from, to }: Finding): number {
    const end = text.indexOf("\n", from);
    return end === -1 || end >= to ? to : end;
}

function complete(context: CompletionContext): CompletionResult | null {
    const found = offersAt(context.state.doc.toString(), context.pos);
    if (found === undefined || (!context.explicit && found.from === context.pos)) {
        return null;
    }
    return { from: found.from, options: found.offers.map(completionOf), validFor: /^[\w.:-]*$/ };
}

function completionOf(offer: Offer): Completion {
    return {
        label: offer.label,
        type: offer.kind,
        info: offer.doc,
        boost: offer.kind === "name" ? 1 : 0,
        apply(view, completion, from, to) {
            view.dispatch({
                changes: { from, to, insert: offer.insert },
                selection: { anchor: from + offer.insert.length },
                annotations: pickedCompletion.of(completion),
                userEvent: "input.complete",
                scrollIntoView: true,
            });
            if (offer.goesOn) {
                startCompletion(view);
            }
        },
    };
}
