import type { DeployedImage } from "../../../common/schema/deployment.ts";
import { dockerPush } from "../commands/registry.ts";
import { isBelow, repositoryOf } from "../compose/image-name.ts";
import type { Engine } from "../core/engine.ts";
import type { Files } from "../core/files.ts";
import type { Release } from "../core/release.ts";
import { imageLogin, type RegistryRecord } from "../core/registry.ts";
import { registryError } from "../core/registry-trouble.ts";
import type { Workspace } from "../core/workspace.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { type RegistryLoginPorts, withRegistryLogin } from "./registry-login.ts";
import { retryPassing } from "./retry-passing.ts";

export interface PublishPorts extends Omit<RegistryLoginPorts, "files"> {
    readonly files: Files;
    readonly engine: Engine;
}

export interface PublishInput {
    readonly registry: RegistryRecord;
    readonly workspace: Workspace;
    /** As the release runs them: one that did not change keeps the name that runs. */
    readonly images: readonly DeployedImage[];
    /** Service → the name that this build gave. */
    readonly built: ReadonlyMap<string, string>;
    readonly previous: Release | undefined;
    /** The build has pushed them by itself. */
    readonly isPushed: boolean;
    readonly signal: AbortSignal;
    readonly timeoutSeconds: number;
}

/** `docker push` waits and tries by itself; this bounds one image. */
const longestPushSeconds = 3600;

/**
 * Pushes the built images to the registry, one after the other, and answers them with their digests. What the registry
 * has already is not pushed again. Throws `push_failed` with the registry's own words; the stack is not touched.
 */
export async function publishImages(
    ports: PublishPorts,
    run: DeploymentRun,
    input: PublishInput,
): Promise<readonly DeployedImage[]> {
    await run.enter("publishing");
    const digests = await knownDigests(ports.engine, input);
    const missing = input.images.map((image) => pushedName(image, input)).filter((name) => !digests.has(name));
    for (const [name, digest] of digests) {
        run.say(`${name} is in the registry already (${digest.slice(0, 19)})`);
    }
    if (missing.length > 0) {
        await withLogin(ports, run, input, async (environment) => {
            for (const name of new Set(missing)) {
                digests.set(name, await push(ports, run, input, name, environment));
            }
        });
    }
    return input.images.map((image) => withDigest(image, pushedName(image, input), digests));
}

function withLogin<T>(
    ports: PublishPorts,
    run: DeploymentRun,
    { registry, workspace, signal }: PublishInput,
    work: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
    const options = { signal, deploymentId: run.id };
    const onRetry = (line: string): void => run.say(line);
    return withRegistryLogin(ports, { registry, directory: `${workspace.root}/docker`, options, onRetry }, work);
}

/** A name from the time before the registry is not known there: the image goes by the one of this build. */
function pushedName({ service, image }: DeployedImage, { registry, built }: PublishInput): string {
    return isBelow(image, registry.url) ? image : (built.get(service) ?? image);
}

/** Name → digest of what needs no push. */
async function knownDigests(engine: Engine, input: PublishInput): Promise<Map<string, string>> {
    const known = new Map<string, string>();
    const options = { login: imageLogin(input.registry), signal: input.signal };
    for (const image of input.images) {
        const name = pushedName(image, input);
        const before = input.previous?.images.find((one) => one.image === name && one.imageId === image.imageId);
        const digest = input.isPushed ? await localDigest(engine, name) : before?.digest?.split("@")[1];
        if (digest === undefined || known.has(name)) {
            continue;
        }
        if (input.isPushed || (await engine.findRemoteDigest(name, options)) === digest) {
            known.set(name, digest);
        }
    }
    return known;
}

async function localDigest(engine: Engine, name: string): Promise<string | undefined> {
    const repository = repositoryOf(name);
    const digests = (await engine.findImage(name))?.digests ?? [];
    return digests.find((digest) => repositoryOf(digest) === repository)?.split("@")[1];
}

async function push(
    ports: PublishPorts,
    run: DeploymentRun,
    input: PublishInput,
    name: string,
    environment: Readonly<Record<string, string>>,
): Promise<string> {
    const { signal } = input;
    run.say(`Pushing ${name}`);
    return retryPassing(ports.clock, { signal, onRetry: (line) => run.say(line) }, async () => {
        let digest: string | undefined;
        const command = dockerPush({ image: name, directory: input.workspace.root, environment });
        const result = await run.command(ports.target, command, {
            signal,
            timeoutSeconds: Math.min(input.timeoutSeconds, longestPushSeconds),
            onLine(stream, line) {
                digest = /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(line)?.[1] ?? digest;
                run.write(stream, line);
            },
        });
        signal.throwIfAborted();
        if (result.exitCode !== 0 || digest === undefined) {
            throw registryError(`push of ${name}`, result.timedOut ? "timed out" : result.stderrTail);
        }
        return digest;
    });
}

function withDigest(image: DeployedImage, name: string, digests: ReadonlyMap<string, string>): DeployedImage {
    const digest = digests.get(name);
    return digest === undefined ? image : { ...image, digest: `${repositoryOf(name)}@${digest}` };
}
