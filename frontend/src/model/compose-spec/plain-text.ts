/** What a scalar of a file says; empty for what is none. */
export function plainText(value: unknown): string {
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
