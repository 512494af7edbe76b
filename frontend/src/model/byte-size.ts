import { formatUnit } from "./unit-format.ts";

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

/** Bytes in the unit that leaves few digits, as a language writes it: `820 B`, `12.3 GB`, `12,3 Go`. */
export function formatBytes(bytes: number, locale: string): string {
    let amount = bytes;
    let unit = 0;
    while (amount >= 1000 && unit < units.length - 1) {
        amount /= 1000;
        unit += 1;
    }
    const fraction = unit > 0 && amount < 10 ? 1 : 0;
    return formatUnit(amount, units[unit] ?? "byte", locale, {
        minimumFractionDigits: fraction,
        maximumFractionDigits: fraction,
    });
}
