import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentErrorCode } from "../../../../common/schema/deployment.ts";
import type { GitCall, GitRemote } from "../../core/git.ts";
import { shown, type TreeEntry } from "./commit-tree.ts";
import type { GitContext } from "./context.ts";
import { readGitmodules, type Submodule } from "./gitmodules.ts";
import { gitLimits } from "./limits.ts";
import { submoduleAddress } from "./submodule-address.ts";

const submoduleMode = "160000";

/** The repository whose commit is being checked out, and how many submodules the whole checkout has had so far. */
export interface Superproject {
    readonly remote: GitRemote;
    readonly mirror: string;
    readonly entries: readonly TreeEntry[];
    readonly directory: string;
    /** 0 for the repository itself. */
    readonly depth: number;
    readonly counter: { submodules: number };
}

/** Fetches a submodule's repository, and writes a commit of it into a folder. */
export type CheckOutSubmodule = (
    remote: GitRemote,
    commit: string,
    directory: string,
    parent: Superproject,
) => Promise<void>;

/**
 * Checks out all submodules of a commit into their folders, which are there and empty. One that `.gitmodules` does not
 * name keeps its empty folder. Throws AppError `invalid`: `address_refused`, `not_contained`, `commit_missing`,
 * `not_supported` (too many, too deep).
 */
export async function checkOutSubmodules(
    context: GitContext,
    parent: Superproject,
    call: GitCall,
    checkOut: CheckOutSubmodule,
): Promise<void> {
    const known = await readGitmodules(context, parent.mirror, parent.entries, call);
    const wanted = parent.entries.filter(({ mode }) => mode === submoduleMode);
    for (const { path, object } of wanted) {
        const submodule = known.find((candidate) => candidate.path.replace(/\/$/, "") === path);
        if (submodule === undefined || submodule.url === "") {
            call.onLine?.(`Submodule ${shown(path)} is left empty: .gitmodules has no address for it.`);
            continue;
        }
        count(parent, path);
        const url = addressOf(parent.remote, submodule);
        await checkFolder(parent.directory, path);
        call.onLine?.(`Submodule ${shown(path)}: commit ${object} of ${url}`);
        await checkOut({ ...parent.remote, url }, object, join(parent.directory, path), parent).catch(
            (error: unknown) => {
                throw named(path, error);
            },
        );
    }
}

/** Which submodule a failure is about. */
function named(path: string, error: unknown): unknown {
    if (!(error instanceof AppError) || error.message.startsWith("submodule ")) {
        return error;
    }
    return new AppError(error.code, `submodule ${shown(path)}: ${error.message}`, {
        details: error.details,
        cause: error,
    });
}

function count(parent: Superproject, path: string): void {
    parent.counter.submodules += 1;
    if (parent.depth >= gitLimits.submoduleDepth) {
        throw refusal("not_supported", path, `submodules lie deeper than ${gitLimits.submoduleDepth} levels`);
    }
    if (parent.counter.submodules > gitLimits.submodules) {
        throw refusal("not_supported", path, `the commit has more than ${gitLimits.submodules} submodules`);
    }
}

function addressOf(remote: GitRemote, submodule: Submodule): string {
    const address = submoduleAddress(remote.url, submodule.url);
    if (!address.ok) {
        const wayOut = `${address.reason}; use an address relative to the repository's own, like ../name.git`;
        throw refusal("address_refused", submodule.path, `the address ${withoutUser(submodule.url)}: ${wayOut}`);
    }
    return address.url;
}

/** A repository may have an access token in the addresses of its submodules. */
function withoutUser(url: string): string {
    return shown(url.replace(/\/\/[^/@]*@/, "//***@"));
}

/** A hostile tree may hold a symlink of the same name: what is written to must be a folder in its real place. */
async function checkFolder(directory: string, path: string): Promise<void> {
    const folder = join(await realpath(directory), path);
    const isReal = await realpath(folder).then(
        async (real) => real === folder && (await lstat(folder)).isDirectory(),
        () => false,
    );
    if (!isReal) {
        throw refusal("not_contained", path, "something else lies in its place");
    }
}

function refusal(errorCode: DeploymentErrorCode, path: string, reason: string): AppError {
    return new AppError("invalid", `submodule ${shown(path)}: ${reason}`, { details: { errorCode } });
}
