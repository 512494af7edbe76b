import { isMap, isScalar, parseDocument, type Document } from "yaml";
import { checkNode, type Check } from "./check-node.ts";
import { definedNames, keysOf, keyText } from "./defined-names.ts";
import { composeDocument } from "./document.ts";
import type { Finding } from "./finding.ts";

export interface LintOptions {
    /** An override file: the rest is in the compose file. */
    readonly partial?: boolean | undefined;
}

/** What is wrong in a compose file, in the order of the text. */
export function lintCompose(text: string, { partial = false }: LintOptions = {}): readonly Finding[] {
    if (text.trim() === "") {
        return [];
    }
    const document = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
    const errors = document.errors.filter(({ code }) => code !== "MULTIPLE_DOCS");
    if (errors.length > 0) {
        return errors.map(({ pos: [from, to], message }) => ({ from, to, severity: "error", code: "yaml", message }));
    }
    const findings: Finding[] = [];
    const check: Check = {
        names: partial || errors.length < document.errors.length ? undefined : definedNames(document),
        report: (finding) => void findings.push(finding),
    };
    checkNode(check, document.contents, composeDocument, "compose.yaml");
    if (check.names !== undefined) {
        findings.push(...missingParts(document));
    }
    return findings.sort((a, b) => a.from - b.from);
}

function missingParts(document: Document): readonly Finding[] {
    const { contents } = document;
    if (!isMap(contents)) {
        return [];
    }
    const services = contents.get("services", true);
    if (!isMap(services)) {
        const complete = contents.has("services") || contents.has("include") || contents.has("<<");
        return complete ? [] : [{ from: 0, to: 0, severity: "warning", code: "noServices" }];
    }
    return services.items.flatMap(({ key, value }) => {
        const keys = isMap(value) ? keysOf(document, value) : undefined;
        const made = ["image", "build", "extends", "provider"];
        if (keys === undefined || made.some((one) => keys.includes(one)) || hasTag(value)) {
            return [];
        }
        return [{ ...rangeOf(key), severity: "error", code: "noImage", name: keyText(key) }];
    });
}

function hasTag(node: unknown): boolean {
    return isMap(node) && node.tag !== undefined;
}

function rangeOf(node: unknown): { readonly from: number; readonly to: number } {
    const [from, to] = isScalar(node) ? (node.range ?? [0, 0]) : [0, 0];
    return { from, to };
}
