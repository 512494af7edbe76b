import type Dockerode from "dockerode";
import { z } from "zod";
import { AppError } from "../../../common/errors.ts";
import { createLineSplitter } from "../../../common/line-splitter.ts";
import { Distribution, ImageListItem, PullProgress } from "./answers.ts";
import { call, callUnless } from "./call.ts";
import { reasonOf, statusOf, toAppError } from "./errors.ts";

export interface PullOptions {
    readonly signal: AbortSignal;
    readonly onLine: (line: string) => void;
    readonly login?: RegistryLogin | undefined;
}

export interface RemoteOptions {
    readonly signal: AbortSignal;
    readonly login?: RegistryLogin | undefined;
}

export interface RegistryLogin {
    readonly username: string;
    readonly password: string;
}

export interface DockerImages {
    inspect(name: string): Promise<ImageListItem | undefined>;
    /** Images whose name matches the reference, such as `app` or `app:*`; without one all, with what they share. */
    list(reference?: string): Promise<readonly ImageListItem[]>;
    /** Throws AppError `not_found` where there is no source. */
    tag(source: string, target: string): Promise<void>;
    /** Fine when it is gone. Throws AppError `conflict` where a container uses it. */
    remove(name: string): Promise<void>;
    /** Pulls one image (`:latest` where neither tag nor digest is given); see core/engine.ts for what it throws. */
    pull(name: string, options: PullOptions): Promise<void>;
    /** The digest that the name has in its registry; undefined where the registry does not say, or not within 10 s. */
    remoteDigest(name: string, options: RemoteOptions): Promise<string | undefined>;
    /** The same, with a sentence where the registry does not say. Throws AppError `unavailable` without an engine. */
    askRegistry(name: string, options: RemoteOptions): Promise<{ digest: string } | { reason: string }>;
}

export function dockerImages(docker: Dockerode): DockerImages {
    return {
        async inspect(name) {
            const found: unknown = await callUnless([404], () => docker.getImage(name).inspect());
            return found === undefined ? undefined : ImageListItem.parse(found);
        },
        async list(reference) {
            const options = reference === undefined ? { "shared-size": true } : { filters: { reference: [reference] } };
            const found: unknown = await call((abortSignal) => docker.listImages({ ...options, abortSignal }));
            return z.array(ImageListItem).parse(found);
        },
        async tag(source, target) {
            const { repository, tag } = splitName(target);
            await call((abortSignal) => docker.getImage(source).tag({ repo: repository, tag, abortSignal }));
        },
        async remove(name) {
            await callUnless([404], (abortSignal) => docker.getImage(name).remove({ abortSignal }));
        },
        pull: (name, options) => pull(docker, name, options),
        askRegistry: (name, options) => askRegistry(docker, name, options),
        async remoteDigest(name, { login, signal }) {
            // The engine hands on a registry's refusal under any status.
            const asking: Promise<unknown> = callUnless([401, 403, 404, 500], () =>
                docker.getImage(name).distribution(authOf(name, login)),
            );
            const found = await beforeAbort(asking, AbortSignal.any([signal, AbortSignal.timeout(10_000)]));
            signal.throwIfAborted();
            return Distribution.safeParse(found).data?.Descriptor.digest;
        },
    };
}

const registrySeconds = 15;

async function askRegistry(
    docker: Dockerode,
    name: string,
    { login, signal }: RemoteOptions,
): Promise<{ digest: string } | { reason: string }> {
    try {
        const asking: Promise<unknown> = docker.getImage(name).distribution(authOf(name, login));
        const patience = AbortSignal.timeout(registrySeconds * 1000);
        const found = await beforeAbort(asking, AbortSignal.any([signal, patience]));
        signal.throwIfAborted();
        const digest = Distribution.safeParse(found).data?.Descriptor.digest;
        return digest === undefined ? { reason: `The registry of ${name} does not answer.` } : { digest };
    } catch (error) {
        signal.throwIfAborted();
        if (statusOf(error) === undefined) {
            throw toAppError(error);
        }
        return { reason: `The registry does not tell about ${name}: ${reasonOf(error)}` };
    }
}

/** The client library cannot end this call: nobody waits for it any more, then. */
function beforeAbort(asking: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => resolve(undefined), { once: true });
        asking.then(resolve, reject);
    });
}

function authOf(name: string, login: RegistryLogin | undefined) {
    const serveraddress = name.slice(0, Math.max(name.indexOf("/"), 0));
    return login === undefined ? {} : { authconfig: { ...login, serveraddress } };
}

async function pull(docker: Dockerode, name: string, { signal, onLine, login }: PullOptions): Promise<void> {
    let refusal: string | undefined;
    try {
        const stream = await docker.pull(name, { abortSignal: signal, ...authOf(name, login) });
        const splitter = createLineSplitter((line) => {
            const progress = PullProgress.safeParse(parseJson(line)).data ?? {};
            refusal = progress.error ?? refusal;
            if (progress.status !== undefined && progress.progressDetail?.total === undefined) {
                onLine(progress.id === undefined ? progress.status : `${progress.id}: ${progress.status}`);
            }
        });
        for await (const chunk of stream) {
            splitter.push(Buffer.from(chunk));
        }
        splitter.end();
    } catch (error) {
        signal.throwIfAborted();
        if (statusOf(error) === undefined) {
            throw toAppError(error);
        }
        refusal = reasonOf(error);
    }
    if (refusal !== undefined) {
        throw pullFailed(name, refusal);
    }
}

function pullFailed(name: string, refusal: string): AppError {
    return new AppError(
        "invalid",
        `image ${name}: it cannot be pulled (${refusal}); check its name and tag, and log in to a private registry`,
        { details: { errorCode: "pull_failed" } },
    );
}

/** Repository and tag of an image's name; a colon before the last slash belongs to the registry's port. */
function splitName(name: string): { repository: string; tag: string } {
    const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
    return colon === -1
        ? { repository: name, tag: "latest" }
        : { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
