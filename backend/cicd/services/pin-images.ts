import { isBelow } from "../compose/image-name.ts";
import { namedImages } from "../compose/named-images.ts";
import type { ComposeProject } from "../compose/compose-project.ts";
import type { Engine } from "../core/engine.ts";
import { readImageReference, withoutDigest } from "../core/image-reference.ts";
import { imageLogin } from "../core/registry.ts";
import type { Release } from "../core/release.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";

export interface PinInput {
    readonly project: ComposeProject;
    readonly connection: Pick<Connection, "config" | "registry">;
    /** Service → name of the image that was built for it: those have the commit in their name. */
    readonly images: ReadonlyMap<string, string>;
    /** What runs: its digests stay. */
    readonly previous: Release | undefined;
}

interface Pin {
    /** Undefined where there is none to be had. */
    readonly digest: string | undefined;
    readonly words: string;
}

/**
 * Service → its third-party image with the digest that it stays at, such as `nginx:1@sha256:…`; none where the
 * configuration does not ask for it. A name that ran before keeps its digest; a new one, and one that was pushed to its
 * registry, gets the one that it has now. What has no digest stays as it is, and the log says so.
 */
export async function pinImages(
    engine: Pick<Engine, "findImage" | "findRemoteDigest">,
    run: DeploymentRun,
    input: PinInput,
): Promise<ReadonlyMap<string, string>> {
    if (!input.connection.config.pinImages) {
        return new Map();
    }
    const services = [...namedImages(input.project)].filter(
        // A name with a digest is pinned by its user.
        ([service, name]) => !input.images.has(service) && !name.includes("@"),
    );
    const pins = new Map<string, Pin>();
    for (const name of new Set(services.map(([, image]) => image))) {
        const pin = await findPin(engine, run, input, name);
        run.say(pin.words);
        pins.set(name, pin);
    }
    return new Map(
        services.flatMap(([service, name]) => {
            const digest = pins.get(name)?.digest;
            return digest === undefined ? [] : [[service, `${name}@${digest}`] as const];
        }),
    );
}

async function findPin(
    engine: Pick<Engine, "findImage" | "findRemoteDigest">,
    run: DeploymentRun,
    input: PinInput,
    name: string,
): Promise<Pin> {
    const known = knownDigest(input.previous, name);
    const pushed = run.record.refreshImages?.find(({ image }) => image === name);
    if (known !== undefined && pushed === undefined) {
        return { digest: known, words: `${name} stays pinned to ${known}` };
    }
    const digest =
        pushed === undefined
            ? await currentDigest(engine, run, input, name)
            : ((await remoteDigest(engine, run, input, name)) ?? pushed.digest ?? known);
    if (digest !== undefined) {
        return { digest, words: `${name} is pinned to ${digest}` };
    }
    const why = "it has no digest, as it was made on this machine, or its registry does not tell one";
    return { digest, words: `Note: ${name} is not pinned: ${why}.` };
}

/** The digest that this name ran with, on whichever machine. */
function knownDigest(previous: Release | undefined, name: string): string | undefined {
    const machines = Object.values(previous?.machines ?? {}).flatMap(({ images }) => images);
    const ran = [...(previous?.images ?? []), ...machines].filter(
        ({ built, image }) => !built && withoutDigest(image) === name,
    );
    const digests = ran.flatMap(({ image, digest }) => (image.includes("@") ? [image] : [digest ?? ""]));
    return ofRepository(digests, name);
}

/** What the name means as `pullPolicy` takes it: on this machine, or in its registry. */
async function currentDigest(
    engine: Pick<Engine, "findImage" | "findRemoteDigest">,
    run: DeploymentRun,
    input: PinInput,
    name: string,
): Promise<string | undefined> {
    const { pullPolicy } = input.connection.config;
    const present = await engine.findImage(name);
    const here = present && ofRepository(present.digests, name);
    if (pullPolicy === "never" || (pullPolicy === "missing" && present !== undefined)) {
        return here;
    }
    return (await remoteDigest(engine, run, input, name)) ?? here;
}

/** An image may have come from several registries; only that of its name knows this digest. */
function ofRepository(digests: readonly string[], name: string): string | undefined {
    const wanted = readImageReference(name);
    const found = digests
        .map(readImageReference)
        .find((one) => one !== undefined && one.host === wanted?.host && one.repository === wanted.repository);
    return found?.digest;
}

function remoteDigest(
    engine: Pick<Engine, "findRemoteDigest">,
    run: DeploymentRun,
    { connection: { registry } }: PinInput,
    name: string,
): Promise<string | undefined> {
    const login = registry !== undefined && isBelow(name, registry.url) ? imageLogin(registry) : undefined;
    return engine.findRemoteDigest(name, { signal: run.signal, login });
}
