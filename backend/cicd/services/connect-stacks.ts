import { randomBytes } from "node:crypto";
import { AppError, errorCode, errorMessage } from "../../../common/errors.ts";
import type {
    ConnectedStacks,
    ConnectOutcome,
    ConnectStacksInput,
    WantedStack,
} from "../../../common/schema/discovery.ts";
import type { Deployment, DeploymentRequest } from "../../../common/schema/deployment.ts";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import { folderOf } from "../compose/find-compose-file.ts";
import { isSameAddress } from "../core/git-address.ts";
import { viewRepository, type RepositoryRecord } from "../core/git-repository.ts";
import type { GitRemote } from "../core/git.ts";
import type { Caller } from "../core/host.ts";
import { connectRepository, type ConnectPorts } from "./connect-repository.ts";
import { guessProvider } from "./guess-provider.ts";
import { keptHostKey } from "./pin-host-key.ts";
import { checkBranch, meetRemote } from "./reach-remote.ts";
import { sharedAccess, type SharedAccessPorts } from "./shared-access.ts";

export interface ConnectStacksPorts extends ConnectPorts, Pick<SharedAccessPorts, "deployKeys"> {
    deploy(call: {
        readonly stack: string;
        readonly request: DeploymentRequest;
        readonly caller: Caller;
    }): Promise<Deployment>;
    readonly onError: (error: unknown) => void;
}

export interface ConnectStacksRequest {
    readonly input: ConnectStacksInput;
    readonly caller: Caller;
    readonly signal: AbortSignal;
}

/** What all stacks of one call share. */
interface Shared extends ConnectStacksRequest {
    readonly remote: GitRemote;
    readonly webhookSecret: string;
}

/**
 * Connects several compose files of one repository, each to a stack of its own; all get the same webhook secret, so that
 * one hook serves them. One that fails does not undo the others: each has an outcome. Throws, with nothing saved, what is
 * wrong for all: `invalid`, `forbidden`, `not_found` for an unknown `fromStack`, `unavailable`.
 */
export async function connectStacks(
    ports: ConnectStacksPorts,
    request: ConnectStacksRequest,
): Promise<ConnectedStacks> {
    const { input, caller, signal } = request;
    checkNames(input.stacks);
    const remote = await reach(ports, await sharedAccess(ports, input, caller, signal), request);
    const hook = await findHook(ports, input.url);
    const shared = { ...request, remote, webhookSecret: hook?.webhookSecret ?? randomBytes(32).toString("hex") };
    const stacks: ConnectOutcome[] = [];
    for (const wanted of input.stacks) {
        stacks.push(await connectOne(ports, shared, wanted));
    }
    const webhookUrl =
        hook === undefined
            ? stacks.find(({ repository }) => repository !== undefined)?.repository?.webhookUrl
            : viewRepository(hook, ports.baseUrl).webhookUrl;
    return {
        provider: hook?.provider ?? input.provider ?? guessProvider(input.url),
        ...(webhookUrl === undefined ? {} : { webhookUrl, webhookSecret: shared.webhookSecret }),
        webhookKnown: hook !== undefined,
        stacks,
    };
}

/** The remote with its server's host key, once it has answered and has the branch. */
async function reach(ports: ConnectStacksPorts, remote: GitRemote, request: ConnectStacksRequest): Promise<GitRemote> {
    const { refs, met } = await meetRemote(ports.git, remote, request.signal);
    checkBranch(request.input.branch, refs);
    return met;
}

function checkNames(stacks: readonly WantedStack[]): void {
    const names = stacks.map(({ stack }) => stack);
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice !== -1) {
        throw new AppError(
            "invalid",
            `stacks.${twice}.stack: ${names[twice] ?? ""} is given twice; rename one of them`,
        );
    }
}

/** The oldest repository of the address: its webhook the provider most likely has, and it serves every stack. */
async function findHook(ports: ConnectStacksPorts, url: string): Promise<RepositoryRecord | undefined> {
    return (await ports.repositories.list())
        .filter((known) => isSameAddress(known.url, url))
        .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))[0];
}

async function connectOne(ports: ConnectStacksPorts, shared: Shared, wanted: WantedStack): Promise<ConnectOutcome> {
    const { stack } = wanted;
    let repository: GitRepository | undefined;
    try {
        shared.signal.throwIfAborted();
        await checkFree(ports, shared, wanted);
        repository = withoutSecret(await connect(ports, shared, wanted));
        await saveComposePath(ports, wanted);
        if (!wanted.deploy) {
            return { stack, ok: true, repository };
        }
        const deployment = await ports.deploy({ stack, request: {}, caller: shared.caller });
        return { stack, ok: true, repository, deployment };
    } catch (error) {
        if (!(error instanceof AppError)) {
            ports.onError(error);
        }
        return { stack, ok: false, repository, error: { code: errorCode(error), message: errorMessage(error) } };
    }
}

/** A stack that deploys something else is not led elsewhere by a list of many: that is asked for one by one. */
async function checkFree(ports: ConnectStacksPorts, { input }: Shared, wanted: WantedStack): Promise<void> {
    const stored = await ports.repositories.findByStack(wanted.stack);
    if (stored === undefined) {
        return;
    }
    const composePath = (await ports.buildConfigs.findByStack(wanted.stack))?.composePath;
    // Without a path the root's own file is meant.
    const isSameFile = composePath ? composePath === wanted.composePath : folderOf(wanted.composePath) === "";
    if (!isSameAddress(stored.url, input.url) || !isSameFile) {
        throw new AppError(
            "conflict",
            `stack: ${wanted.stack} is connected to ${composePath ?? "the compose file"} of ${stored.url}; ` +
                "choose another name, or disconnect it first",
        );
    }
}

async function connect(
    ports: ConnectStacksPorts,
    { input, caller, signal, remote, webhookSecret }: Shared,
    { stack, paths }: WantedStack,
): Promise<GitRepository> {
    const stored = await ports.repositories.findByStack(stack);
    const { url, authType, allowPrivateHost, credentials, hostKey } = remote;
    const { branch, provider, autoSync, pollIntervalSeconds, aliases } = input;
    const connected = await connectRepository(ports, {
        stack,
        caller,
        signal,
        // The remote has answered already.
        force: true,
        input: {
            ...{ url, authType, allowPrivateHost, credentials: credentials ?? null },
            ...{ branch, provider, autoSync, pollIntervalSeconds, aliases, paths },
            // One that is connected already keeps its own hook.
            webhookSecret: stored === undefined ? webhookSecret : undefined,
        },
    });
    if (hostKey !== undefined && keptHostKey(url, stored) === undefined) {
        await ports.repositories.pinHostKey(connected.id, hostKey);
    }
    return connected;
}

function withoutSecret({ webhookSecret: _secret, ...repository }: GitRepository): GitRepository {
    return repository;
}

async function saveComposePath(ports: ConnectStacksPorts, { stack, composePath }: WantedStack): Promise<void> {
    const stored = await ports.buildConfigs.findByStack(stack);
    if (stored !== undefined && stored.composePath !== composePath) {
        const { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...config } = stored;
        await ports.buildConfigs.save({ ...config, composePath });
    }
}
