/** A unified diff of two texts, without a header; undefined where it would take too long to find. */
export type TextDiff = (before: string, after: string) => string | undefined;
