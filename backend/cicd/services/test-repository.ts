import { AppError } from "../../../common/errors.ts";
import type { GitRepositoryInput } from "../../../common/schema/git-repository.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { Git, GitRemote } from "../core/git.ts";
import type { Caller } from "../core/host.ts";
import { checkPrivateHost } from "./check-private-host.ts";
import { findComposePaths } from "./compose-paths.ts";
import { forgetMirror } from "./forget-mirror.ts";
import { mergeCredentials } from "./merge-credentials.ts";
import { checkBranch, reachRemote } from "./reach-remote.ts";

export interface TestPorts {
    readonly repositories: RepositoryStore;
    readonly git: Git;
}

export interface TestRequest {
    readonly stack: string;
    /** What to test; undefined: the stack's own repository. */
    readonly input?: TestInput | undefined;
    readonly caller: Caller;
    readonly signal: AbortSignal;
}

export type TestInput = Pick<GitRepositoryInput, "url" | "authType" | "credentials" | "allowPrivateHost"> & {
    readonly branch?: string | undefined;
};

export interface ConnectionTest {
    readonly branches: string[];
    readonly defaultBranch: string;
    /** Compose files at the tip of the branch, the likeliest first; empty where they could not be read in time. */
    readonly composePaths: string[];
}

/**
 * Reaches a repository and tells its branches and compose files; saves nothing. Throws `invalid` for what is wrong with
 * the input, `not_found` where nothing is given or connected, `unavailable` where the remote does not answer.
 */
export async function testRepository(ports: TestPorts, request: TestRequest): Promise<ConnectionTest> {
    const stored = await ports.repositories.findByStack(request.stack);
    const remote = remoteOf(request, stored);
    const branch = request.input === undefined ? stored?.branch : request.input.branch;
    ports.git.checkAddress(remote.url, remote.allowPrivateHost);
    const refs = await reachRemote(ports.git, remote, request.signal);
    if (branch !== undefined) {
        checkBranch(branch, refs);
    }
    return {
        branches: refs.branches.map(({ name }) => name),
        defaultBranch: refs.defaultBranch,
        composePaths: await composePaths(ports, remote, branch ?? refs.defaultBranch, request.signal),
    };
}

function remoteOf({ stack, input, caller }: TestRequest, stored: RepositoryRecord | undefined): GitRemote {
    if (input !== undefined) {
        checkPrivateHost(input, stored, caller);
        const { url, authType, allowPrivateHost } = input;
        return { url, authType, allowPrivateHost, credentials: mergeCredentials(input, stored) };
    }
    if (stored === undefined) {
        throw new AppError("not_found", `repository: the stack "${stack}" is not connected to one; give a url to test`);
    }
    return stored;
}

async function composePaths(
    ports: TestPorts,
    remote: GitRemote,
    branch: string,
    signal: AbortSignal,
): Promise<string[]> {
    try {
        return [...(await findComposePaths(ports.git, remote, branch, signal))];
    } catch {
        // The connection works; a repository that is too large to fetch now, or empty, is no reason to say otherwise.
        return [];
    } finally {
        await forgetMirror(ports, remote.url);
    }
}
