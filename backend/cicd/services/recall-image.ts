import type { Engine, ImageInfo } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Release } from "../core/release.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { type FoundImage, pullImage, type WantedImage } from "./pull-image.ts";

/**
 * The image that a release ran under this name, whatever the name means by now: from this machine, else pulled by its
 * digest. Undefined where the release has not run yet. Throws `image_missing` and `pull_failed` where the image cannot
 * be had any more: another one in its place would not be that release.
 */
export async function recallImage(
    engine: Engine,
    run: DeploymentRun,
    wanted: WantedImage,
    release: Release,
): Promise<FoundImage | undefined> {
    const ran = release.images.find((image) => image.service === wanted.service && image.image === wanted.name);
    // A name with a digest means one image only.
    if (ran === undefined || ran.built || wanted.name.includes("@")) {
        return undefined;
    }
    const { imageId, digest } = ran;
    if ((await engine.findImage(wanted.name))?.id === imageId) {
        return { imageId, digest };
    }
    const kept = (await engine.findImage(imageId)) ?? (await pullAgain(engine, run, wanted, digest));
    if (kept === undefined) {
        throw new DeploymentFailure(
            "image_missing",
            `${wanted.service}: the image that this release ran (${digest ?? imageId}) is missing. ` +
                `Deploy its commit again to run what ${wanted.name} means now.`,
        );
    }
    return { imageId: kept.id, digest, tag: { name: wanted.name, imageId: kept.id } };
}

async function pullAgain(
    engine: Engine,
    run: DeploymentRun,
    wanted: WantedImage,
    digest: string | undefined,
): Promise<ImageInfo | undefined> {
    if (digest === undefined || wanted.pull === "never") {
        return undefined;
    }
    await pullImage(engine, run, digest, wanted);
    return engine.findImage(digest);
}
