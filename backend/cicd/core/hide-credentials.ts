import { masked } from "./mask.ts";

/** A text without what stands before the `@` of web addresses in it: a token, often somebody else's. */
export function hideCredentials(text: string): string {
    return text.replace(/(https?:\/\/)[^/@\s"\\]+@/gi, `$1${masked}@`);
}
