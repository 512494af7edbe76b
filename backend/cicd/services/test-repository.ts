import { AppError } from "../../../common/errors.ts";
import type { GitProvider, GitRepositoryInput } from "../../../common/schema/git-repository.ts";
import type { RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import type { Git, GitRemote } from "../core/git.ts";
import type { Caller } from "../core/host.ts";
import type { Ssh } from "../core/ssh.ts";
import { checkAuthType } from "./check-auth-type.ts";
import { checkPrivateHost } from "./check-private-host.ts";
import { findComposePaths } from "./compose-paths.ts";
import { forgetMirror } from "./forget-mirror.ts";
import { guessProvider } from "./guess-provider.ts";
import { mergeCredentials } from "./merge-credentials.ts";
import { keptHostKey } from "./pin-host-key.ts";
import { checkBranch, meetRemote } from "./reach-remote.ts";
import { loadKey } from "./settle-key.ts";

export interface TestPorts {
    readonly repositories: RepositoryStore;
    readonly git: Git;
    readonly ssh: Pick<Ssh, "makeKey" | "readKey">;
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
    readonly provider?: GitProvider | undefined;
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
    const remote = await remoteOf(ports, request, stored);
    const branch = request.input === undefined ? stored?.branch : request.input.branch;
    const { refs, met } = await meetRemote(ports.git, remote, request.signal);
    if (branch !== undefined) {
        checkBranch(branch, refs);
    }
    return {
        branches: refs.branches.map(({ name }) => name),
        defaultBranch: refs.defaultBranch,
        composePaths: await composePaths(ports, met, branch ?? refs.defaultBranch, request.signal),
    };
}

async function remoteOf(
    { git, ssh }: TestPorts,
    { stack, input, caller, signal }: TestRequest,
    stored: RepositoryRecord | undefined,
): Promise<GitRemote> {
    if (input !== undefined) {
        checkPrivateHost(input, stored, caller);
        git.checkAddress(input.url, input.allowPrivateHost);
        checkAuthType(input);
        const { url, authType, allowPrivateHost } = input;
        const given = { stack, authType, credentials: mergeCredentials(input, stored), stored, signal };
        const credentials = await loadKey(ssh, given);
        const provider = input.provider ?? guessProvider(url);
        return { url, authType, allowPrivateHost, credentials, provider, hostKey: keptHostKey(url, stored) };
    }
    if (stored === undefined) {
        throw new AppError("not_found", `repository: the stack "${stack}" is not connected to one; give a url to test`);
    }
    git.checkAddress(stored.url, stored.allowPrivateHost);
    return stored;
}

async function composePaths(
    ports: TestPorts,
    remote: GitRemote,
    branch: string,
    signal: AbortSignal,
): Promise<string[]> {
    try {
        const found = await ports.git.use(remote.url, () => findComposePaths(ports.git, remote, branch, signal));
        return [...found];
    } catch {
        // The connection works; a repository that is too large to fetch now, or empty, is no reason to say otherwise.
        return [];
    } finally {
        await forgetMirror(ports, remote.url);
    }
}
