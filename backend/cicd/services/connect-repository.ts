import { randomBytes } from "node:crypto";
import { AppError } from "../../../common/errors.ts";
import { BuildConfigInput } from "../../../common/schema/build-config.ts";
import type { GitProvider, GitRepository, GitRepositoryInput } from "../../../common/schema/git-repository.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { addressKey, isSameAddress, parseAddress } from "../core/git-address.ts";
import type { NewRepository, RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import { viewRepository } from "../core/git-repository.ts";
import type { Git } from "../core/git.ts";
import type { Caller, Host } from "../core/host.ts";
import type { Ssh } from "../core/ssh.ts";
import { checkAuthType } from "./check-auth-type.ts";
import { checkPrivateHost } from "./check-private-host.ts";
import { clearDeployments, type ClearPorts } from "./clear-deployments.ts";
import { clearPipelines, type ClearPipelinesPorts } from "./clear-pipelines.ts";
import { forgetMirror } from "./forget-mirror.ts";
import { guessProvider } from "./guess-provider.ts";
import { isReached } from "./is-reached.ts";
import { mergeCredentials } from "./merge-credentials.ts";
import { keptHostKey } from "./pin-host-key.ts";
import { checkBranch, reachRemote } from "./reach-remote.ts";
import { settleKey } from "./settle-key.ts";

export interface ConnectPorts extends ClearPorts, ClearPipelinesPorts {
    readonly cancelDeployment: ClearPorts["cancelDeployment"];
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
    readonly git: Git;
    readonly ssh: Pick<Ssh, "makeKey" | "readKey">;
    readonly host: Pick<Host, "createStackDirectory" | "push" | "refreshStacks">;
    /** This server's public address, without a trailing slash. */
    readonly baseUrl: string;
}

/** A repository as given; a provider that is left out is guessed from the host. */
export type GivenRepository = Omit<GitRepositoryInput, "provider"> & { readonly provider?: GitProvider | undefined };

export interface ConnectRequest {
    readonly stack: string;
    readonly input: GivenRepository;
    /** Save without asking the remote. */
    readonly force: boolean;
    readonly caller: Caller;
    readonly signal: AbortSignal;
}

/**
 * Connects a stack to a repository, or changes the connection; a stack that does not exist is made. Nothing is saved
 * unless the remote answers and has the branch; only a key that this call makes need not be known there yet. It is not
 * asked where it was fetched from before, and neither branch nor access change. The answer has `webhookSecret` only where
 * this call made or changed it. Throws `invalid`, `forbidden`, `conflict` and `unavailable`.
 */
export async function connectRepository(ports: ConnectPorts, request: ConnectRequest): Promise<GitRepository> {
    const { stack, force, caller, signal } = request;
    const stored = await ports.repositories.findByStack(stack);
    const given = wantedRepository(request, stored);
    checkPrivateHost(given, stored, caller);
    checkAddresses(ports.git, given);
    checkAuthType(given);
    const { made, ...key } = await settleKey(ports.ssh, { ...given, stack, stored, signal });
    const keyed = { ...given, ...key };
    const wanted = force || isReached(keyed, stored) ? keyed : await reach(ports.git, keyed, made, signal);
    const moved = stored !== undefined && !isSameAddress(stored.url, wanted.url);
    if (moved) {
        await clearDeployments(ports, stack, caller);
        await clearPipelines(ports, stack, caller);
    }
    const saved = await save(ports, wanted);
    if (moved) {
        await takeEngineSocket(ports, stack);
    }
    if (stored !== undefined && stored.url !== wanted.url) {
        await forgetMirror(ports, stored.url);
    }
    const view = viewRepository(saved, ports.baseUrl);
    ports.host.push("gitRepositoryUpdate", { stackName: stack, repository: view });
    ports.host.refreshStacks();
    return saved.webhookSecret === stored?.webhookSecret ? view : { ...view, webhookSecret: saved.webhookSecret };
}

/**
 * The repository with its server's host key, once the remote answers and has the branch. A key that was made just now
 * is refused, of course, until it is registered there: that is no reason not to save it.
 */
async function reach(git: Git, wanted: NewRepository, keyMade: boolean, signal: AbortSignal): Promise<NewRepository> {
    let hostKey = wanted.hostKey;
    try {
        const refs = await reachRemote(git, wanted, signal, (seen) => void (hostKey = seen));
        checkBranch(wanted.branch, refs);
    } catch (error) {
        if (!(keyMade && isRefusal(error))) {
            throw error;
        }
    }
    return { ...wanted, hostKey };
}

function isRefusal(error: unknown): boolean {
    return error instanceof AppError && error.cause instanceof AppError && error.cause.code === "unauthorized";
}

function wantedRepository({ stack, input }: ConnectRequest, stored: RepositoryRecord | undefined): NewRepository {
    return {
        ...input,
        stackId: stack,
        credentials: mergeCredentials(input, stored),
        hostKey: keptHostKey(input.url, stored),
        provider: input.provider ?? guessProvider(input.url),
        webhookSecret: input.webhookSecret ?? stored?.webhookSecret ?? randomBytes(32).toString("hex"),
    };
}

function checkAddresses(git: Git, wanted: NewRepository): void {
    git.checkAddress(wanted.url, wanted.allowPrivateHost);
    wanted.aliases.forEach((alias, index) => checkAlias(alias, `aliases.${index}`));
}

/** It is stored and shown as it is, unlike credentials. */
function checkAlias(alias: string, field: string): void {
    const parsed = addressKey(alias) === undefined ? undefined : parseAddress(alias);
    if (parsed === undefined) {
        throw new AppError("invalid", `${field}: is not an address; give one such as https://git.example.com/me/app`);
    }
    if (parsed.password !== "" || (parsed.username !== "" && parsed.scheme !== "ssh")) {
        throw new AppError("invalid", `${field}: contains credentials; give the address without them`);
    }
}

async function save(ports: ConnectPorts, wanted: NewRepository): Promise<RepositoryRecord> {
    await ports.host.createStackDirectory(wanted.stackId);
    const saved = await ports.repositories.save(wanted);
    if ((await ports.buildConfigs.findByStack(wanted.stackId)) === undefined) {
        await ports.buildConfigs.save({
            ...BuildConfigInput.parse({}),
            environmentVariables: [],
            stackId: wanted.stackId,
            repositoryId: saved.id,
        });
    }
    return saved;
}

/** An admin has trusted the pipelines of one repository, and whoever may connect another is none. */
async function takeEngineSocket({ buildConfigs }: ConnectPorts, stack: string): Promise<void> {
    const stored = await buildConfigs.findByStack(stack);
    if (stored?.pipelineEngineSocket === true) {
        const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...config } = stored;
        await buildConfigs.save({ ...config, pipelineEngineSocket: false });
    }
}
