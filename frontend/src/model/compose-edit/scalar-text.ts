import { isScalar, parseDocument, Scalar } from "yaml";

/** How a text is written in a file; quoted as the scalar that it replaces was, or where it must be. */
export function scalarText(value: string, before?: Scalar): string {
    if (before?.type === Scalar.QUOTE_SINGLE && !value.includes("\n")) {
        return `'${value.replaceAll("'", "''")}'`;
    }
    return before?.type !== Scalar.QUOTE_DOUBLE && isPlain(value) ? value : JSON.stringify(value);
}

/** Whether a reader gets the same text without quotes, in lists in one line too. */
function isPlain(value: string): boolean {
    if (/[\n,[\]{}]/.test(value) || /^(yes|no|on|off|y|n)$/i.test(value)) {
        return false;
    }
    const inList = parseDocument(`- ${value}`, { logLevel: "silent" });
    const item = inList.errors.length === 0 ? inList.getIn([0], true) : undefined;
    const asValue = parseDocument(`a: ${value}`, { logLevel: "silent" });
    return isScalar(item) && item.value === value && asValue.errors.length === 0 && asValue.get("a") === value;
}
