/** A value as people read it: indented JSON, or a text as it is. */
export function prettyJson(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** How much of a body that was too large to keep is known; undefined for one that was kept. */
export function bytesOfCut(payload: unknown): number | undefined {
    const isCut = typeof payload === "object" && payload !== null && "cut" in payload && payload.cut === true;
    return isCut && "bytes" in payload && typeof payload.bytes === "number" ? payload.bytes : undefined;
}
