/**
 * Whether a symlink stays below its root by what it says itself: `..` only at its beginning, and not more of them than it lies
 * deep. Further in, `..` could follow a symlink that leads elsewhere.
 */
export function staysInside(path: string, target: string): boolean {
    if (target === "" || target.startsWith("/") || target.includes("\0")) {
        return false;
    }
    const parts = target.split("/").filter((part) => part !== "" && part !== ".");
    const firstDown = parts.findIndex((part) => part !== "..");
    const ups = firstDown < 0 ? parts.length : firstDown;
    return ups < path.split("/").length && !parts.slice(ups).includes("..");
}
