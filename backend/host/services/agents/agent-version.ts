const oldest = [1, 4, 0] as const;

/** Whether a server of this version can be an agent: Dockge can since 1.4.0. What is no version is let through. */
export function isSupportedVersion(version: string): boolean {
    const parts = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})/.exec(version)?.slice(1).map(Number);
    if (parts === undefined) {
        return true;
    }
    const differing = oldest.findIndex((part, index) => parts[index] !== part);
    return differing === -1 || (parts[differing] ?? 0) > (oldest[differing] ?? 0);
}
