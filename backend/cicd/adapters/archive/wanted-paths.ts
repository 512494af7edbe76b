import picomatch from "picomatch";
import { isGlobTooCostly } from "../../core/glob-cost.ts";

/** What a list of globs names of a workspace. */
export interface WantedPaths {
    /** Whether anything in or below a folder may be wanted, so that it has to be looked at. */
    mayHold(folder: string): boolean;
    isWanted(path: string): boolean;
}

interface Glob {
    readonly matches: (path: string) => boolean;
    /** The part before the first wildcard. */
    readonly base: string;
}

/** A folder's name stands for all below it; `!` before a glob takes away what the others name. */
export function wantedPaths(globs: readonly string[]): WantedPaths {
    const added = globs.filter((glob) => !glob.startsWith("!")).map(readGlob);
    const takenAway = globs.filter((glob) => glob.startsWith("!")).map((glob) => readGlob(glob.slice(1)));
    return {
        mayHold: (folder) => added.some(({ base }) => isAtOrBelow(folder, base) || isAtOrBelow(base, folder)),
        isWanted: (path) =>
            added.some(({ matches }) => matches(path)) && !takenAway.some(({ matches }) => matches(path)),
    };
}

function readGlob(text: string): Glob {
    const glob = text.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
    if (glob === "" || glob === ".") {
        return { matches: () => true, base: "" };
    }
    // With "s" a wildcard stands for line ends, too: names may hold them.
    const matches = picomatch([glob, `${glob}/**`], { dot: true, nonegate: true, flags: "s" });
    return {
        matches: (path) => !isGlobTooCostly(glob, path) && matches(path),
        base: picomatch.scan(glob, { nonegate: true }).base.replace(/^\.$/, ""),
    };
}

function isAtOrBelow(path: string, folder: string): boolean {
    return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
