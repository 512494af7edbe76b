import type { DeployedImage, RefreshImage } from "../../../common/schema/deployment.ts";
import { repositoryOf } from "../compose/image-name.ts";
import type { ServiceModel } from "../compose/service-model.ts";
import type { Engine, ImageInfo } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Release } from "../core/release.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { type FoundImage, type ImageTag, pullImage, type WantedImage } from "./pull-image.ts";
import { recallBuilt } from "./recall-built.ts";
import { recallImage } from "./recall-image.ts";

export interface EnsureImagesInput {
    readonly release: Release;
    readonly pull: "missing" | "always" | "never";
    readonly signal: AbortSignal;
}

export interface EnsuredImages {
    readonly images: readonly DeployedImage[];
    readonly tags: readonly ImageTag[];
}

/**
 * Finds the image of every service, and pulls what is missing. A release that went live before runs the very images
 * again that it ran; images that were pushed to a registry are pulled by their newest digest. Throws `image_missing` and
 * `pull_failed`.
 */
export async function ensureImages(
    engine: Engine,
    run: DeploymentRun,
    model: ServiceModel,
    input: EnsureImagesInput,
): Promise<EnsuredImages> {
    const built = new Set(input.release.images.filter((image) => image.built).map(({ service }) => service));
    const byName = new Map<string, FoundImage>();
    const images: DeployedImage[] = [];
    for (const service of model.services) {
        // What ran before git may have been built in its folder: Compose gave the image this name.
        const name = service.image ?? (input.release.initial ? `${run.stack}-${service.name}` : undefined);
        if (name === undefined) {
            throw new DeploymentFailure(
                "image_missing",
                `${service.name} has neither an image nor a build: with compose_only every service needs "image".`,
            );
        }
        const own = built.has(service.name);
        const pull = own || service.image === undefined ? "never" : input.pull;
        const wanted = { service: service.name, name, pull, signal: input.signal };
        const found =
            (own ? undefined : byName.get(name)) ??
            (own
                ? await findBuilt(engine, run, wanted, input)
                : await findThirdParty(engine, run, wanted, input.release));
        if (!own) {
            byName.set(name, found);
        }
        const digest = found.digest === undefined ? {} : { digest: found.digest };
        images.push({ service: service.name, image: name, imageId: found.imageId, ...digest, built: own });
    }
    return { images, tags: [...byName.values()].flatMap(({ tag }) => (tag === undefined ? [] : [tag])) };
}

/** What was built here is nowhere else, unless it was published. */
async function findBuilt(
    engine: Engine,
    run: DeploymentRun,
    wanted: WantedImage,
    { release, pull }: EnsureImagesInput,
): Promise<FoundImage> {
    const recalled = await recallBuilt(engine, run, { ...wanted, pull }, release);
    return recalled ?? ensureImage(engine, run, wanted);
}

async function findThirdParty(
    engine: Engine,
    run: DeploymentRun,
    wanted: WantedImage,
    release: Release,
): Promise<FoundImage> {
    const recalled = await recallImage(engine, run, wanted, release);
    if (recalled !== undefined) {
        return recalled;
    }
    const pushed = release.deploymentId === run.id ? run.record.refreshImages : undefined;
    const refresh = pushed?.find(({ image }) => image === wanted.name);
    return refresh === undefined ? ensureImage(engine, run, wanted) : pullPushed(engine, run, wanted, refresh);
}

/**
 * By the digest that the tag has in its registry by now: a push may be told late, when a newer one has followed. Where
 * the registry does not say, by the digest that was told.
 */
async function pullPushed(
    engine: Engine,
    run: DeploymentRun,
    wanted: WantedImage,
    told: RefreshImage,
): Promise<FoundImage> {
    if (told.digest === undefined) {
        return ensureImage(engine, run, { ...wanted, pull: "always" });
    }
    const digest = (await engine.findRemoteDigest(wanted.name, { signal: wanted.signal })) ?? told.digest;
    if (digest !== told.digest) {
        run.say(`${wanted.name} was pushed again since (${told.digest}); the newest is taken.`);
    }
    const source = `${repositoryOf(wanted.name)}@${digest}`;
    await pullImage(engine, run, source, wanted);
    const { id: imageId } = await requireImage(engine, wanted.service, source);
    return { imageId, digest: source, tag: { name: wanted.name, imageId } };
}

async function ensureImage(engine: Engine, run: DeploymentRun, wanted: WantedImage): Promise<FoundImage> {
    const { service, name, pull } = wanted;
    const present = await engine.findImage(name);
    if (present === undefined && pull === "never") {
        throw new DeploymentFailure(
            "image_missing",
            `${service}: the image ${name} is missing. Deploy its commit again to build it anew.`,
        );
    }
    if (present !== undefined && pull !== "always") {
        return { imageId: present.id, digest: digestOf(present, name) };
    }
    await pullImage(engine, run, name, wanted);
    const found = await requireImage(engine, service, name);
    const digest = digestOf(found, name);
    if (present === undefined || present.id === found.id) {
        return { imageId: found.id, digest };
    }
    // Pulling has moved the name. Should planning end here, a bare `docker compose up` must not recreate anything.
    await engine.tagImage(present.id, name);
    return { imageId: found.id, digest, tag: { name, imageId: found.id } };
}

async function requireImage(engine: Engine, service: string, name: string): Promise<ImageInfo> {
    const found = await engine.findImage(name);
    if (found === undefined) {
        throw new DeploymentFailure("image_missing", `${service}: the image ${name} cannot be found.`);
    }
    return found;
}

/** An image may have come from several registries. */
function digestOf({ digests }: ImageInfo, name: string): string | undefined {
    const repository = repositoryOf(name);
    return digests.find((digest) => repositoryOf(digest) === repository) ?? digests[0];
}
