/** The names of a compose file, the preferred first; the same order as Compose's own. */
export const composeFileNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"] as const;

/** The names of an override file, the one that Compose reads first; it reads only one. */
export const overrideFileNames = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
] as const;

/** The override file that we write; every base name pairs with it. */
export const generatedOverrideName = "compose.override.yaml";

/** The name under which a merged file is written. */
export const mergedFileName = "compose.yaml";

export type FoundCompose =
    | {
          readonly ok: true;
          /** Relative to the repository's root; the base first, then `composeFiles`. */
          readonly files: readonly [string, ...string[]];
          /** The folder that is mapped onto the stack's directory; "" for the repository's root. */
          readonly folder: string;
      }
    | { readonly ok: false; readonly message: string };

/**
 * The compose files of a repository: `composePath`, else the first of the usual names at the root; then `composeFiles`.
 */
export function findComposeFile(
    paths: Iterable<string>,
    wanted: { readonly composePath?: string | null | undefined; readonly composeFiles?: readonly string[] } = {},
): FoundCompose {
    const known = new Set(paths);
    const base = wanted.composePath ? normalPath(wanted.composePath) : composeFileNames.find((name) => known.has(name));
    if (base === undefined) {
        return { ok: false, message: missingMessage(known) };
    }
    const others = (wanted.composeFiles ?? []).map(normalPath).filter((path) => path !== base);
    const missing = [base, ...others].find((path) => !known.has(path));
    if (missing !== undefined) {
        const field = missing === base ? "composePath" : "composeFiles";
        return { ok: false, message: `${field}: ${missing} is not in the repository; ${wayOut(known)}` };
    }
    return { ok: true, files: [base, ...new Set(others)], folder: folderOf(base) };
}

/**
 * The name under which a compose file is written into the stack's directory: its own, unless Compose would not find it
 * there or would prefer another tracked file; then `compose.yaml`.
 */
export function stackFileName(path: string, tracked: Iterable<string>): string {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const prefix = path.slice(0, path.length - name.length);
    const known = new Set(tracked);
    const preferred = composeFileNames.find((usual) => usual === name || known.has(prefix + usual));
    return preferred === name ? name : mergedFileName;
}

/** The folder of a path; "" for the root. */
export function folderOf(path: string): string {
    const slash = path.lastIndexOf("/");
    return slash < 0 ? "" : path.slice(0, slash);
}

/** Every path that has the name of a compose file, those near the root first. */
function composeCandidates(paths: Iterable<string>): readonly string[] {
    const names: ReadonlySet<string> = new Set(composeFileNames);
    const found = [...paths].filter((path) => names.has(path.slice(path.lastIndexOf("/") + 1)));
    return found.sort((left, right) => depth(left) - depth(right) || left.localeCompare(right));
}

function missingMessage(known: ReadonlySet<string>): string {
    return `composePath: there is no ${composeFileNames.join(", ")} at the root; ${wayOut(known)}`;
}

function wayOut(known: ReadonlySet<string>): string {
    const candidates = composeCandidates(known).slice(0, 5);
    return candidates.length > 0 ? `choose one of ${candidates.join(", ")}` : "add a compose file to the repository";
}

function normalPath(path: string): string {
    return path
        .split("/")
        .filter((part) => part !== "" && part !== ".")
        .join("/");
}

function depth(path: string): number {
    return path.split("/").length;
}
