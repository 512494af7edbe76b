import { AppError } from "../../../../common/errors.ts";
import type { GitCall } from "../../core/git.ts";
import { shown, type TreeEntry } from "./commit-tree.ts";
import type { GitContext } from "./context.ts";
import { gitLimits } from "./limits.ts";
import type { Worktree } from "./worktree-place.ts";

/** The size that a pointer of Git LFS may have. */
const pointerBytes = 1024;

interface Attribute {
    readonly path: string;
    readonly name: string;
    readonly value: string;
}

/** Paths of small files whose `.gitattributes` name a filter; `index` holds the commit. */
export async function filesWithFilter(
    context: GitContext,
    worktree: Worktree,
    index: string,
    filter: string,
    call: GitCall,
): Promise<readonly string[]> {
    const files = worktree.entries.filter(({ mode, sizeBytes }) => mode.startsWith("100") && sizeBytes < pointerBytes);
    const found = await readAttributes(context, worktree, index, files, ["filter"], call);
    return found.filter(({ value }) => value === filter).map(({ path }) => path);
}

/**
 * Refuses large files that git would convert in memory (another encoding, Windows line ends) with AppError `invalid`,
 * `not_supported`. Nothing is asked where no file is large; `fillIndex` puts the commit into the index.
 */
export async function checkConversions(
    context: GitContext,
    worktree: Worktree,
    index: string,
    call: GitCall,
    fillIndex: () => Promise<void>,
): Promise<void> {
    const large = worktree.entries.filter(({ sizeBytes }) => sizeBytes > gitLimits.convertedBytes);
    if (large.length === 0 || !hasAttributes(worktree)) {
        return;
    }
    await fillIndex();
    const found = await readAttributes(context, worktree, index, large, ["working-tree-encoding", "eol"], call);
    const converted = found.find(({ name, value }) => (name === "eol" ? value === "crlf" : isSet(value)));
    if (converted !== undefined) {
        const most = gitLimits.convertedBytes / (1024 * 1024);
        throw new AppError(
            "invalid",
            `commit: ${shown(converted.path)} is larger than ${most} MB and has ${converted.name}=${shown(converted.value)} in .gitattributes; remove that`,
            { details: { errorCode: "not_supported" } },
        );
    }
}

function isSet(value: string): boolean {
    return !["unspecified", "unset"].includes(value);
}

function hasAttributes({ entries }: Worktree): boolean {
    return entries.some(({ path }) => path === ".gitattributes" || path.endsWith("/.gitattributes"));
}

async function readAttributes(
    context: GitContext,
    worktree: Worktree,
    index: string,
    files: readonly TreeEntry[],
    names: readonly string[],
    call: GitCall,
): Promise<readonly Attribute[]> {
    if (files.length === 0 || !hasAttributes(worktree)) {
        return [];
    }
    const args = [`--git-dir=${worktree.mirror}`, `--work-tree=${worktree.directory}`, "check-attr", "--cached"];
    const result = await context.runLocal([...args, "-z", "--stdin", ...names], call, {
        directory: worktree.directory,
        environment: { GIT_INDEX_FILE: index },
        input: files.map(({ path }) => `${path}\0`).join(""),
    });
    const fields = result.stdout.split("\0");
    return fields.flatMap((value, at) => {
        const path = fields[at - 2];
        const name = fields[at - 1];
        return at % 3 === 2 && path !== undefined && name !== undefined ? [{ path, name, value }] : [];
    });
}
