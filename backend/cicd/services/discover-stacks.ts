import type { ComposeFolder, Discovery, DiscoveryInput } from "../../../common/schema/discovery.ts";
import { BuildConfigInput } from "../../../common/schema/build-config.ts";
import { composeFileNames } from "../compose/find-compose-file.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { addressKey, isSameAddress } from "../core/git-address.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Git, GitRemote } from "../core/git.ts";
import type { Caller, Host } from "../core/host.ts";
import { composeFilesByFolder, stackNameOf, suggestStacks } from "./compose-folders.ts";
import { createServiceReader, type ReadServices } from "./compose-services.ts";
import { forgetMirror } from "./forget-mirror.ts";
import { checkBranch, meetRemote } from "./reach-remote.ts";
import { sharedAccess, type SharedAccessPorts } from "./shared-access.ts";

export interface DiscoverPorts extends SharedAccessPorts {
    readonly repositories: RepositoryStore;
    readonly buildConfigs: Pick<BuildConfigStore, "list">;
    readonly git: Git;
    readonly host: Pick<Host, "listStacks">;
}

export interface DiscoverRequest {
    readonly input: DiscoveryInput;
    readonly caller: Caller;
    readonly signal: AbortSignal;
}

const fetchSeconds = 90;

/**
 * Finds the folders of a repository that can become stacks, without a checkout; saves nothing. Throws `invalid` for
 * what is wrong with the input, `forbidden`, `not_found` for an unknown `fromStack`, `unavailable` where the remote does
 * not answer.
 */
export async function discoverStacks(ports: DiscoverPorts, request: DiscoverRequest): Promise<Discovery> {
    const { input, caller, signal } = request;
    const remote = await sharedAccess(ports, input, caller, signal);
    const { refs, met } = await meetRemote(ports.git, remote, signal);
    const branch = input.branch ?? refs.defaultBranch;
    checkBranch(branch, refs);
    const found = await lookInto(ports, met, branch, signal);
    return { branches: refs.branches.map(({ name }) => name), defaultBranch: refs.defaultBranch, branch, ...found };
}

async function lookInto(ports: DiscoverPorts, remote: GitRemote, branch: string, signal: AbortSignal) {
    try {
        return await ports.git.use(remote.url, async () => {
            await ports.git.fetch(remote, { signal, timeoutSeconds: fetchSeconds });
            const commit = (await ports.git.resolve(remote, { branch }, undefined)).sha;
            const { files, leftOut } = composeFilesByFolder(await ports.git.listFiles(remote, commit));
            const read = createServiceReader((path) => ports.git.readFile(remote, commit, path));
            return { commit, leftOut, folders: await describeFolders(ports, remote.url, files, read, signal) };
        });
    } finally {
        await forgetMirror(ports, remote.url);
    }
}

async function describeFolders(
    ports: DiscoverPorts,
    url: string,
    files: readonly string[],
    read: ReadServices,
    signal: AbortSignal,
): Promise<ComposeFolder[]> {
    const [connected, stacks] = await Promise.all([findConnected(ports, url, files), ports.host.listStacks()]);
    const existing = new Set(stacks.map(({ name }) => name));
    const described: ComposeFolder[] = [];
    for (const found of suggestStacks(files, { repositoryName: repositoryName(url), connected })) {
        signal.throwIfAborted();
        described.push({
            ...found,
            ...(await lookAt(found.composePath, read)),
            connectedStack: connected.get(found.composePath),
            existsAsStack: existing.has(found.suggestedStack),
        });
    }
    return described;
}

async function lookAt(composePath: string, read: ReadServices) {
    const path = BuildConfigInput.shape.composePath.safeParse(composePath);
    if (!path.success) {
        return { services: [], blocked: true, problem: path.error.issues[0]?.message ?? "this path cannot be used" };
    }
    return { ...(await read(composePath)), blocked: false };
}

/** Compose file → the stack that is connected to it at this address. */
async function findConnected(
    ports: DiscoverPorts,
    url: string,
    files: readonly string[],
): Promise<ReadonlyMap<string, string>> {
    const [repositories, configs] = await Promise.all([ports.repositories.list(), ports.buildConfigs.list()]);
    const composePaths = new Map(configs.map(({ stackId, composePath }) => [stackId, composePath ?? undefined]));
    const atRoot = composeFileNames.find((name) => files.includes(name));
    const connected = new Map<string, string>();
    for (const { stackId } of repositories.filter((repository) => isSameAddress(repository.url, url))) {
        const path = composePaths.get(stackId)?.replace(/^(\.\/)+/, "") ?? atRoot;
        if (path !== undefined && !connected.has(path)) {
            connected.set(path, stackId);
        }
    }
    return connected;
}

function repositoryName(url: string): string {
    return stackNameOf(addressKey(url)?.split("/").at(-1) ?? "");
}
