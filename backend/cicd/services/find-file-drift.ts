import { AppError } from "../../../common/errors.ts";
import type { FileDrift } from "../../../common/schema/drift.ts";
import { composeFileNames, generatedOverrideName, overrideFileNames } from "../compose/find-compose-file.ts";
import { filesAtOnce, mapAtOnce } from "../core/at-once.ts";
import type { FileInfo, Files } from "../core/files.ts";
import type { Release, ReleaseFile, ReleaseStore } from "../core/release.ts";
import type { TextDiff } from "../core/text-diff.ts";
import { hiddenNote, isEnvironmentFile, isPrivateKey, namedSecrets } from "./secret-files.ts";
import { readShown, showDiff } from "./shown-diff.ts";

/** What is bounded, so that neither the server nor the page stalls over a folder that is quite another. */
const mostFiles = 200;
const mostDiffs = 20;

export interface FileDriftPorts {
    readonly files: Pick<Files, "inspect" | "readRegular" | "readLink">;
    readonly releases: Pick<ReleaseStore, "filesDirectory">;
    readonly diff: TextDiff;
}

export interface FileDriftInput {
    readonly release: Release;
    readonly stackDirectory: string;
    readonly mask: (text: string) => string;
}

interface Differing {
    readonly path: string;
    readonly kind: FileDrift["kind"];
    readonly there?: FileInfo | undefined;
    readonly note?: string | undefined;
    /** The release's text; undefined where it is none. */
    readonly before: () => Promise<string | undefined>;
}

/**
 * The files of a stack's directory that are not as its live release has them, and compose files that are not the
 * release's. The stack's `.env` is its user's own and never among them; neither is untracked data.
 */
export async function findFileDrift(
    ports: FileDriftPorts,
    input: FileDriftInput,
): Promise<{ readonly files: readonly FileDrift[]; readonly more: number }> {
    const differing = [
        ...(await trackedDrift(ports, input)),
        ...(await overrideDrift(ports, input)),
        ...(await foreignFiles(ports, input)),
    ];
    const secrets = differing.length === 0 ? new Set() : await namedSecrets(ports, input.release);
    const files: FileDrift[] = [];
    for (const one of differing.slice(0, mostFiles)) {
        const isSecret = isEnvironmentFile(one.path) || secrets.has(one.path);
        const isShown = files.length < mostDiffs && !(isSecret && one.there?.kind === "file");
        const note = one.note ?? (isSecret && one.there !== undefined ? hiddenNote : undefined);
        const shown = isShown ? await show(ports, input, one) : { note };
        files.push({ path: one.path, kind: one.kind, ...shown });
    }
    return { files, more: differing.length - files.length };
}

async function trackedDrift(
    ports: FileDriftPorts,
    { release, stackDirectory }: FileDriftInput,
): Promise<readonly Differing[]> {
    const files = release.files.filter(({ path }) => path !== ".env");
    const source = ports.releases.filesDirectory(release.deploymentId);
    const found = await mapAtOnce(files, filesAtOnce, async (file) => {
        const difference = await differenceOf(ports.files, stackDirectory, file);
        return (
            difference && { ...difference, path: file.path, before: () => readShown(ports.files, source, file.path) }
        );
    });
    return found.filter((one) => one !== undefined);
}

async function differenceOf(files: FileDriftPorts["files"], stackDirectory: string, file: ReleaseFile) {
    try {
        return compare(file, await files.inspect(stackDirectory, file.path));
    } catch (error) {
        if (error instanceof AppError && error.code === "invalid") {
            const note = "lies behind a symlink that leads out of the stack's folder";
            return { kind: "missing", note } as const;
        }
        throw error;
    }
}

function compare(
    file: ReleaseFile,
    there: FileInfo | undefined,
): Pick<Differing, "kind" | "there" | "note"> | undefined {
    if (there === undefined) {
        return { kind: "missing" };
    }
    if (there.kind === "directory" || there.kind === "other") {
        const what = there.kind === "directory" ? "a folder" : "something that is no file";
        return { kind: "missing", note: `${what} lies in its place` };
    }
    if (there.sha256 !== file.sha256) {
        return { kind: "edited", there };
    }
    if (there.executable !== file.executable) {
        return { kind: "edited", note: there.executable ? "was made executable" : "is not executable any more" };
    }
    return undefined;
}

async function overrideDrift(
    ports: FileDriftPorts,
    { release, stackDirectory }: FileDriftInput,
): Promise<readonly Differing[]> {
    const { override } = release;
    if (override === undefined) {
        return [];
    }
    const path = generatedOverrideName;
    const before = async (): Promise<string> => override;
    const there = await ports.files.inspect(stackDirectory, path);
    if (there?.kind !== "file") {
        return [{ path, kind: "missing", before }];
    }
    const text = await ports.files.readRegular(stackDirectory, path, Buffer.byteLength(override));
    return text === override ? [] : [{ path, kind: "edited", there, before }];
}

async function foreignFiles(
    ports: FileDriftPorts,
    { release, stackDirectory }: FileDriftInput,
): Promise<readonly Differing[]> {
    const own = new Set(release.files.map(({ path }) => path));
    const generated = release.override === undefined ? [] : [generatedOverrideName];
    const found: Differing[] = [];
    for (const path of [...composeFileNames, ...overrideFileNames]) {
        const isOwn = own.has(path) || generated.some((name) => name === path);
        const there = isOwn ? undefined : await ports.files.inspect(stackDirectory, path);
        if (there?.kind === "file" || there?.kind === "link") {
            const note = "Compose may read it in the place of the release's";
            found.push({ path, kind: "added", there, note, before: async () => "" });
        }
    }
    return found;
}

async function show(
    ports: FileDriftPorts,
    { stackDirectory, mask }: FileDriftInput,
    { path, there, note, before }: Differing,
): Promise<Pick<FileDrift, "diff" | "note">> {
    if (there === undefined) {
        return { note };
    }
    if (there.kind === "link") {
        const target = (await ports.files.readLink(stackDirectory, path)) ?? "";
        return { note: mask(`is a symlink to ${target}`) };
    }
    const [old, now] = [await before(), await readShown(ports.files, stackDirectory, path)];
    if (old === undefined || now === undefined) {
        return { note: `${there.sizeBytes} bytes; too large, or no text, to be shown` };
    }
    if (isPrivateKey(old) || isPrivateKey(now)) {
        return { note: hiddenNote };
    }
    return showDiff({ diff: ports.diff, mask }, old, now, note);
}
