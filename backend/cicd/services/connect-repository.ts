import { randomBytes } from "node:crypto";
import { AppError } from "../../../common/errors.ts";
import { BuildConfigInput } from "../../../common/schema/build-config.ts";
import type { GitProvider, GitRepository, GitRepositoryInput } from "../../../common/schema/git-repository.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { addressKey, isSameAddress } from "../core/git-address.ts";
import type { NewRepository, RepositoryRecord, RepositoryStore } from "../core/git-repository.ts";
import { viewRepository } from "../core/git-repository.ts";
import type { Git } from "../core/git.ts";
import type { Caller, Host } from "../core/host.ts";
import { checkPrivateHost } from "./check-private-host.ts";
import { clearDeployments, type ClearPorts } from "./clear-deployments.ts";
import { forgetMirror } from "./forget-mirror.ts";
import { guessProvider } from "./guess-provider.ts";
import { mergeCredentials } from "./merge-credentials.ts";
import { checkBranch, reachRemote } from "./reach-remote.ts";

export interface ConnectPorts extends ClearPorts {
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
    readonly git: Git;
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
 * unless the remote answers and has the branch. The answer has `webhookSecret` only where this call made or changed it.
 * Throws `invalid`, `forbidden`, `conflict` and `unavailable`.
 */
export async function connectRepository(ports: ConnectPorts, request: ConnectRequest): Promise<GitRepository> {
    const { stack, force, caller, signal } = request;
    const stored = await ports.repositories.findByStack(stack);
    const wanted = wantedRepository(request, stored);
    checkPrivateHost(wanted, stored, caller);
    checkAddresses(ports.git, wanted);
    if (!force) {
        checkBranch(wanted.branch, await reachRemote(ports.git, wanted, signal));
    }
    const moved = stored !== undefined && !isSameAddress(stored.url, wanted.url);
    if (moved) {
        await clearDeployments(ports, stack, caller);
    }
    const saved = await save(ports, wanted);
    if (moved) {
        await forgetMirror(ports, stored.url);
    }
    const view = viewRepository(saved, ports.baseUrl);
    ports.host.push("gitRepositoryUpdate", { stackName: stack, repository: view });
    ports.host.refreshStacks();
    return saved.webhookSecret === stored?.webhookSecret ? view : { ...view, webhookSecret: saved.webhookSecret };
}

function wantedRepository({ stack, input }: ConnectRequest, stored: RepositoryRecord | undefined): NewRepository {
    return {
        ...input,
        stackId: stack,
        credentials: mergeCredentials(input, stored),
        provider: input.provider ?? guessProvider(input.url),
        webhookSecret: input.webhookSecret ?? stored?.webhookSecret ?? randomBytes(32).toString("hex"),
    };
}

function checkAddresses(git: Git, wanted: NewRepository): void {
    git.checkAddress(wanted.url, wanted.allowPrivateHost);
    const wrong = wanted.aliases.findIndex((alias) => addressKey(alias) === undefined);
    if (wrong !== -1) {
        throw new AppError(
            "invalid",
            `aliases.${wrong}: is not an address; give one such as https://git.example.com/me/app`,
        );
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
