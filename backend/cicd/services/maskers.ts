import { createMasker, type Masker } from "../core/mask.ts";

/** The masker of a few secrets. */
export type Maskers = (secrets: readonly string[]) => Masker;

const mostRemembered = 1000;

/** Remembers maskers, because making one takes longer than a delivery's other work. */
export function createMaskers(): Maskers {
    const known = new Map<string, Masker>();
    return (secrets) => {
        const key = secrets.join("\0");
        const masker = known.get(key) ?? createMasker(secrets);
        if (known.size >= mostRemembered) {
            known.clear();
        }
        known.set(key, masker);
        return masker;
    };
}
