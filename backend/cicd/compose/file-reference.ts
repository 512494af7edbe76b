import type { ComposeReader, Location } from "./compose-reader.ts";
import type { Place } from "./mistake.ts";
import { isInFolder, normalizePath, staysInFolder } from "./repository-path.ts";
import type { Filled } from "./tree.ts";
import { type Violation, violationAt } from "./violation.ts";

/** A place in a compose file that makes Compose, the build or a container use a file of this machine. */
export interface FileReference {
    /** What it is, such as `services.web.env_file`. */
    readonly what: string;
    /** With variables put in, `${PWD}` as a path from `directory`. */
    readonly path: string;
    /** How the variables came in, where there were any. */
    readonly filled?: Filled | undefined;
    readonly place: Place;
    /** The folder that it is relative to. */
    readonly directory: string;
    /**
     * `stack`: read when the release is applied, so it must lie in the compose file's folder; it may be missing there,
     * as the user's own. `tracked`: the same, but must exist. `build`: read while building, anywhere in the repository.
     * `inside`: anywhere in the repository, or missing.
     */
    readonly use: "stack" | "tracked" | "build" | "inside";
    readonly missingCode?: "dockerfile_missing" | undefined;
    /** Whether a tracked file outside of the compose file's folder may be copied to the stack for it. */
    readonly canBeBrought?: boolean | undefined;
    /** Compose holds all of it in memory. */
    readonly maxBytes?: number | undefined;
    /** Whether a variable without value is simply empty, as it is for Compose. */
    readonly mayBeEmpty?: boolean | undefined;
}

export interface ReferenceContext {
    readonly reader: ComposeReader;
    /** The compose file's folder. */
    readonly folder: string;
}

export type ResolvedReference =
    | {
          readonly ok: true;
          /** As it is named, symlinks on the way not followed: what is relative to it, is relative to this. */
          readonly path: string;
          readonly location: Location;
          /** It lies outside of the folder, and is to be copied to the stack. */
          readonly isBrought?: boolean;
      }
    | { readonly ok: false; readonly violation: Violation };

/** Where a reference leads; a violation where that is not allowed. */
export async function resolveReference(
    reference: FileReference,
    context: ReferenceContext,
): Promise<ResolvedReference> {
    const unclear = whyUnclear(reference);
    if (unclear !== undefined) {
        return unclear;
    }
    if (isRemote(reference.path)) {
        const shown = withoutCredentials(reference.path);
        return refused(reference, `is remote (${shown})`, "copy it into the repository");
    }
    const path = normalizePath(reference.directory, reference.path);
    if (path === undefined) {
        return refused(
            reference,
            `leads out of the repository (${reference.path})`,
            "use a path inside the repository",
        );
    }
    const isForStack = reference.use === "stack" || reference.use === "tracked";
    if (isForStack && !staysInFolder(reference.directory, reference.path, context.folder)) {
        return bring(reference, path, context);
    }
    return locate(reference, path, context);
}

function whyUnclear(reference: FileReference): ResolvedReference | undefined {
    const { filled } = reference;
    const machine = filled?.machine.join(", ") ?? "";
    if (machine !== "") {
        return refused(reference, `uses ${machine}, whose value is this machine's own`, "write the path out");
    }
    const unresolved = reference.mayBeEmpty === true ? "" : (filled?.unresolved.join(", ") ?? "");
    if (unresolved !== "") {
        return refused(
            reference,
            `uses ${unresolved}, which has no value`,
            `define ${unresolved}, or write the path out`,
        );
    }
    return filled?.clear === false
        ? refused(reference, "has a '$' or '{' that can be read in different ways", "write the path out")
        : undefined;
}

/** Tracked files are copied; what is missing would be the user's own data, in a place that is not the stack's. */
async function bring(reference: FileReference, path: string, context: ReferenceContext): Promise<ResolvedReference> {
    if (reference.canBeBrought !== true || isInFolder(context.folder, path)) {
        return outsideFolder(reference, path);
    }
    const location = await context.reader.locate(path);
    const isPlain = location.where === "inside" && location.path === path;
    if (!isPlain) {
        return outsideFolder(reference, path);
    }
    return tooLarge(reference, path, location) ?? { ok: true, path, location, isBrought: true };
}

async function locate(reference: FileReference, path: string, context: ReferenceContext): Promise<ResolvedReference> {
    const ownEnv = context.folder === "" ? ".env" : `${context.folder}/.env`;
    const location = await context.reader.locate(path);
    if (location.where === "outside") {
        return refused(
            reference,
            `${path} leads out of the repository through a symlink`,
            "use a file of the repository",
        );
    }
    const real = location.where === "inside" ? location.path : path;
    const mayBeAnywhere = reference.use === "build" || reference.use === "inside";
    if (!mayBeAnywhere && !isInFolder(real, context.folder)) {
        return outsideFolder(reference, path);
    }
    const mayBeMissing = reference.use === "stack" || reference.use === "inside" || path === ownEnv;
    if (location.where === "missing" && !mayBeMissing) {
        return missing(reference, path);
    }
    return tooLarge(reference, path, location) ?? { ok: true, path, location };
}

function tooLarge(reference: FileReference, path: string, location: Location): ResolvedReference | undefined {
    const size = location.where === "inside" ? (location.sizeBytes ?? 0) : 0;
    const limit = reference.maxBytes ?? Infinity;
    if (size <= limit) {
        return undefined;
    }
    const shown = Math.floor(limit / 1024 / 1024);
    const message = `${reference.what}: ${path} is larger than ${shown} MB`;
    return {
        ok: false,
        violation: violationAt(reference.place, "compose_invalid", message, "mount large files in its place"),
    };
}

function outsideFolder(reference: FileReference, path: string): ResolvedReference {
    const hint = reference.canBeBrought
        ? "only tracked files and folders can be used from there, named without variables and symlinks; move it into the folder"
        : "only the compose file's folder is copied to the stack; move the file there";
    return refused(reference, `${path} lies outside the compose file's folder`, hint);
}

function refused(reference: FileReference, message: string, hint: string): ResolvedReference {
    return {
        ok: false,
        violation: violationAt(reference.place, "not_contained", `${reference.what}: ${message}`, hint),
    };
}

function missing(reference: FileReference, path: string): ResolvedReference {
    const code = reference.missingCode ?? "compose_invalid";
    const message = `${reference.what}: ${path === "" ? "." : path} does not exist in the repository`;
    return { ok: false, violation: violationAt(reference.place, code, message, "add it, or correct the path") };
}

/** Whether Compose, or a builder, would fetch this, or might, rather than read it here. */
export function isRemote(text: string): boolean {
    const starts = [/^[a-z][a-z0-9+.-]*:/i, /^[^/]+@[^/]+:/, /^git@/i, /^(github\.com|gitlab\.com)\//i];
    return text.includes("://") || starts.some((start) => start.test(text));
}

function withoutCredentials(text: string): string {
    return text.replace(/\/\/[^/@]*@/, "//");
}
