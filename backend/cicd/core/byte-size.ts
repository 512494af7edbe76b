const units = ["B", "KB", "MB", "GB", "TB"] as const;

/** A size for people, in steps of 1024: `12 MB`, `1.5 GB`. */
export function describeBytes(bytes: number): string {
    const step = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
    const amount = bytes / 1024 ** step;
    return `${amount < 10 && step > 0 ? Math.round(amount * 10) / 10 : Math.round(amount)} ${units[step] ?? "TB"}`;
}
