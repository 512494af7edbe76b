const units = ["kB", "MB", "GB", "TB", "PB"] as const;

/** Bytes in the unit that leaves few digits, such as `12.3 GB`. */
export function formatBytes(bytes: number): string {
    let amount = bytes / 1000;
    let unit = 0;
    while (amount >= 1000 && unit < units.length - 1) {
        amount /= 1000;
        unit += 1;
    }
    return `${amount.toFixed(amount < 10 ? 1 : 0)} ${units[unit] ?? ""}`;
}
