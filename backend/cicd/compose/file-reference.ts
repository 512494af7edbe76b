import type { ComposeReader } from "./compose-reader.ts";
import { type Lookup, substitute } from "./interpolation.ts";
import type { Place } from "./mistake.ts";
import { isInFolder, normalizePath, staysInFolder } from "./repository-path.ts";
import { type Violation, violationAt } from "./violation.ts";

/** A place in a compose file that makes Compose, the build or a container use a file of this machine. */
export interface FileReference {
    /** What it is, such as `services.web.env_file`. */
    readonly what: string;
    /** As written; `${…}` may be in it. */
    readonly path: string;
    readonly place: Place;
    /** The folder that it is relative to. */
    readonly directory: string;
    /**
     * `stack`: read when the release is applied, so it must lie in the compose file's folder; it may be missing there,
     * as the user's own. `tracked`: the same, but must exist. `build`: read while building, anywhere in the repository.
     */
    readonly use: "stack" | "tracked" | "build";
    readonly missingCode?: "dockerfile_missing" | undefined;
    /** Whether a tracked file outside of the compose file's folder may be copied to the stack for it. */
    readonly canBeBrought?: boolean | undefined;
}

export interface ReferenceContext {
    readonly reader: ComposeReader;
    /** The compose file's folder. */
    readonly folder: string;
    readonly lookup: Lookup;
}

export type ResolvedReference =
    | {
          readonly ok: true;
          readonly path: string;
          readonly exists: boolean;
          /** It lies outside of the folder, and is to be copied to the stack. */
          readonly isBrought?: boolean;
      }
    | { readonly ok: false; readonly violation: Violation };

/** Where a reference leads; a violation where that is not allowed. */
export async function resolveReference(
    reference: FileReference,
    context: ReferenceContext,
): Promise<ResolvedReference> {
    const { text, unresolved } = substitute(reference.path, context.lookup);
    if (unresolved.length > 0) {
        const names = unresolved.join(", ");
        return refused(reference, `uses ${names}, which has no value`, `define ${names}, or write the path out`);
    }
    if (isRemote(text)) {
        return refused(reference, `is remote (${withoutCredentials(text)})`, "copy it into the repository");
    }
    const path = normalizePath(reference.directory, text);
    if (path === undefined) {
        return refused(reference, `leads out of the repository (${text})`, "use a path inside the repository");
    }
    if (reference.use !== "build" && !staysInFolder(reference.directory, text, context.folder)) {
        return bring(reference, path, context);
    }
    return locate(reference, path, context);
}

/** Tracked files are copied; what is missing would be the user's own data, in a place that is not the stack's. */
async function bring(reference: FileReference, path: string, context: ReferenceContext): Promise<ResolvedReference> {
    if (reference.canBeBrought !== true || isInFolder(context.folder, path)) {
        return outsideFolder(reference, path);
    }
    const location = await context.reader.locate(path);
    return location.where === "inside" && location.path === path
        ? { ok: true, path, exists: true, isBrought: true }
        : outsideFolder(reference, path);
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
    if (reference.use !== "build" && !isInFolder(real, context.folder)) {
        return outsideFolder(reference, path);
    }
    if (location.where === "missing" && reference.use !== "stack" && path !== ownEnv) {
        return missing(reference, path);
    }
    return { ok: true, path: real, exists: location.where === "inside" };
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

/** Whether Compose would fetch this rather than read it here. */
export function isRemote(text: string): boolean {
    return /^[a-z][a-z0-9+.-]*:/i.test(text) || /^[^/]+@[^/]+:/.test(text) || /^(github\.com|gitlab\.com)\//.test(text);
}

function withoutCredentials(text: string): string {
    return text.replace(/\/\/[^/@]*@/, "//");
}
