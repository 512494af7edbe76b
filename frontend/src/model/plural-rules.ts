import type { Locale } from "./locale.ts";

/** Which of a text's forms goes with a count. */
type PluralRule = (count: number, forms: number) => number;

/**
 * Where a language counts otherwise than English, whose texts have two forms (`one | more`) or three
 * (`none | one | more`). French and Portuguese speak of 0 in the singular; Chinese and Japanese have no plural, so that
 * their texts have one form, or two (`none | some`).
 */
export const pluralRules: Partial<Record<Locale, PluralRule>> = {
    fr: zeroIsSingular,
    "pt-BR": zeroIsSingular,
    "zh-CN": withoutPlural,
    ja: withoutPlural,
};

function zeroIsSingular(count: number, forms: number): number {
    if (forms > 2) {
        return Math.min(Math.ceil(count), 2);
    }
    return count < 2 ? 0 : 1;
}

function withoutPlural(count: number, forms: number): number {
    return forms > 1 && count > 0 ? 1 : 0;
}
