const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Bytes in the unit that leaves few digits, such as `820 B` or `12.3 GB`. */
export function formatBytes(bytes: number): string {
    let amount = bytes;
    let unit = 0;
    while (amount >= 1000 && unit < units.length - 1) {
        amount /= 1000;
        unit += 1;
    }
    return `${amount.toFixed(unit > 0 && amount < 10 ? 1 : 0)} ${units[unit] ?? ""}`;
}
