/** An amount with the shortest sign of its unit in a language, such as `12.3 GB`, `3 min`, `820 octets`. */
export function formatUnit(
    amount: number,
    unit: string,
    locale: string,
    digits: Pick<Intl.NumberFormatOptions, "minimumIntegerDigits" | "minimumFractionDigits" | "maximumFractionDigits">,
): string {
    const format = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "narrow", ...digits });
    const parts = format.formatToParts(amount);
    const sign = parts.find(({ type }) => type === "unit")?.value ?? unit;
    const number = parts.flatMap(({ type, value }) => (type === "unit" || type === "literal" ? [] : [value]));
    // Not every language writes a space in its narrow form; figures read better with one.
    return `${number.join("")} ${sign}`;
}
