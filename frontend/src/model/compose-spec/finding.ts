import type { NameKind } from "./value.ts";

/** What was found: a key of the page's texts (`editor.finding.…`), and what they name. */
export type FoundWhat =
    | { readonly code: "yaml"; readonly message: string }
    | { readonly code: "unknownKey"; readonly name: string }
    | { readonly code: "unknownKeyNear"; readonly name: string; readonly near: string }
    | { readonly code: "needs"; readonly name: string; readonly shapes: readonly Shape[] }
    | { readonly code: "notOneOf"; readonly name: string; readonly values: string }
    | { readonly code: "undefinedName"; readonly name: string; readonly kind: NameKind }
    | { readonly code: "noImage"; readonly name: string }
    | { readonly code: "noServices" }
    | { readonly code: "envLine" };

export type Shape = "text" | "number" | "flag" | "scalar" | "list" | "map";

/** Something wrong in a text, from an offset to another. */
export type Finding = FoundWhat & {
    readonly from: number;
    readonly to: number;
    readonly severity: "error" | "warning";
};
