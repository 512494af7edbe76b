import { randomBytes } from "node:crypto";
import { chmod, copyFile, constants, open, realpath, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import type { DeploymentErrorCode } from "../../../../common/schema/deployment.ts";
import type { GitCall } from "../../core/git.ts";
import { shown } from "./commit-tree.ts";
import type { GitContext } from "./context.ts";
import { askpassVariables } from "./environment.ts";
import { lfsEndpoint } from "./lfs-endpoint.ts";
import { type LfsPointer, parsePointer } from "./lfs-pointer.ts";
import { gitLimits } from "./limits.ts";
import { remoteFailure } from "./redirect.ts";
import type { Worktree } from "./worktree-place.ts";

/** A file in a worktree that stands for a large one. */
interface PointerFile extends LfsPointer {
    readonly path: string;
}

/** Git LFS asks for nothing but a download, keeps to one kind of transfer, and gives up where a server does not answer. */
const settings: readonly string[] = [
    "lfs.basictransfersonly=true",
    "lfs.transfer.maxretries=2",
    "lfs.dialtimeout=20",
    "lfs.tlstimeout=20",
    "lfs.activitytimeout=60",
    "lfs.fetchrecentalways=false",
    "lfs.fetchrecentrefsdays=0",
    "lfs.concurrenttransfers=4",
];

/**
 * Puts large files in the place of their pointers, fetched by git-lfs with the remote's credentials. Throws AppError
 * `invalid`: `not_supported` where git-lfs is not installed or the files are too large, `address_refused` for another
 * host in `.lfsconfig`, `commit_missing` for objects that the server does not have.
 */
export async function placeLargeFiles(
    context: GitContext,
    worktree: Worktree,
    candidates: readonly string[],
    call: GitCall,
): Promise<void> {
    const pointers = await findPointers(worktree.directory, candidates);
    const [first] = pointers;
    if (first === undefined) {
        return;
    }
    checkSize(worktree, pointers);
    await checkInstalled(context, first, call);
    const storage = join(worktree.mirror, "lfs");
    const endpoint = await lfsEndpoint(context, worktree, call);
    const count = await context.scratchFile(`questions-${randomBytes(8).toString("hex")}`);
    const environment = { [askpassVariables.count]: count, [askpassVariables.most]: String(mostQuestions(pointers)) };
    try {
        await fetchObjects(context, worktree, { endpoint, storage, environment }, call);
    } finally {
        await rm(count, { force: true });
    }
    for (const pointer of pointers) {
        call.signal.throwIfAborted();
        await place(worktree.directory, storage, pointer);
    }
    call.onLine?.(`Git LFS: ${pointers.length} files put in place`);
}

async function findPointers(directory: string, candidates: readonly string[]): Promise<readonly PointerFile[]> {
    const found: PointerFile[] = [];
    for (const path of candidates) {
        const pointer = parsePointer(await readStart(join(directory, path)));
        if (pointer !== undefined) {
            found.push({ ...pointer, path });
        }
    }
    return found;
}

async function readStart(path: string): Promise<string> {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
        return buffer.toString("utf8", 0, bytesRead);
    } finally {
        await file.close();
    }
}

function checkSize({ entries }: Worktree, pointers: readonly PointerFile[]): void {
    const own = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const total = pointers.reduce((sum, { sizeBytes }) => sum + sizeBytes, own);
    const big = pointers.find(({ sizeBytes }) => sizeBytes > gitLimits.fileBytes);
    if (big !== undefined || total > gitLimits.commitBytes) {
        const what = big === undefined ? "the commit's large files together" : shown(big.path);
        throw refusal("not_supported", `${what} are larger than what is allowed; keep such data elsewhere`);
    }
}

async function checkInstalled(context: GitContext, { path }: PointerFile, call: GitCall): Promise<void> {
    const { exitCode } = await context.runLocal(["lfs", "version"], { ...call, onLine: () => undefined });
    if (exitCode !== 0) {
        const files = `${shown(path)} is kept in Git LFS, and git-lfs is not installed on this machine`;
        throw refusal("not_supported", `${files}; install git-lfs, then deploy again`);
    }
}

/**
 * Where a server refuses the token git-lfs tries it again and again, without a pause or an end. It asks for name and
 * token before each request: one for every file, some of them repeated, and a few for lists of them.
 */
function mostQuestions(pointers: readonly PointerFile[]): number {
    return 2 * (16 + 3 * pointers.length);
}

interface Fetching {
    readonly endpoint: string | undefined;
    readonly storage: string;
    readonly environment: Readonly<Record<string, string>>;
}

async function fetchObjects(
    context: GitContext,
    { remote, mirror, commit }: Worktree,
    { endpoint, storage, environment }: Fetching,
    call: GitCall,
): Promise<void> {
    const url = endpoint === undefined ? [] : [`lfs.url=${endpoint}`];
    const all = [...settings, ...url, `remote.origin.url=${remote.url}`, `lfs.storage=${storage}`];
    const args = [...all.flatMap((setting) => ["-c", setting]), `--git-dir=${mirror}`, "lfs", "fetch"];
    const fetchArgs = [...args, "--include=", "--exclude=", "origin", commit];
    const result = await context.runRemote(remote, fetchArgs, call, { environment });
    if (result.exitCode !== 0) {
        throw await fetchFailure(context, remote, result.stderrTail, call);
    }
}

async function place(directory: string, storage: string, { path, oid, sizeBytes }: PointerFile): Promise<void> {
    const object = join(storage, "objects", oid.slice(0, 2), oid.slice(2, 4), oid);
    const size = await stat(object).then(
        (found) => found.size,
        () => -1,
    );
    if (size !== sizeBytes) {
        throw refusal("commit_missing", `the server has no object for ${shown(path)}; push it with git lfs push`);
    }
    const file = join(directory, path);
    if ((await realpath(file)) !== join(await realpath(directory), path)) {
        throw refusal("not_contained", `${shown(path)} does not lie where the commit has it; rename it`);
    }
    const { mode } = await stat(file);
    await copyFile(object, file, constants.COPYFILE_FICLONE);
    await chmod(file, mode & 0o777);
}

async function fetchFailure(context: GitContext, remote: Worktree["remote"], words: string, call: GitCall) {
    if (/\b404\b|does not exist on the server|\[404\]|object .* not found/i.test(words)) {
        return refusal("commit_missing", `the server does not have all large files of this commit (${words})`);
    }
    const failure = await remoteFailure(context, remote, words, call);
    return new AppError(failure.code, `Git LFS: ${failure.message}`, { details: failure.details, cause: failure });
}

function refusal(errorCode: DeploymentErrorCode, message: string): AppError {
    return new AppError("invalid", `Git LFS: ${message}`, { details: { errorCode } });
}
