import type { Engine } from "../core/engine.ts";
import type { Release } from "../core/release.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { type FoundImage, pullImage, type WantedImage } from "./pull-image.ts";

/**
 * The image that a release built and published: from the machine, else pulled from its registry by its digest, and
 * given its name again. Undefined where it was not published, or is not to be pulled. Throws `pull_failed`.
 */
export async function recallBuilt(
    engine: Engine,
    run: DeploymentRun,
    wanted: WantedImage,
    release: Release,
): Promise<FoundImage | undefined> {
    const ran = release.images.find(({ service, image }) => service === wanted.service && image === wanted.name);
    const digest = ran?.digest;
    if (ran?.built !== true || digest === undefined) {
        return undefined;
    }
    const { imageId } = ran;
    if ((await engine.findImage(wanted.name))?.id === imageId) {
        return { imageId, digest };
    }
    if ((await engine.findImage(imageId)) === undefined) {
        if (wanted.pull === "never") {
            return undefined;
        }
        run.say(`${wanted.service}: ${wanted.name} is missing; its registry has it.`);
        await pullImage(engine, run, digest, wanted);
    }
    const kept = (await engine.findImage(imageId)) ?? (await engine.findImage(digest));
    if (kept === undefined) {
        return undefined;
    }
    await engine.tagImage(kept.id, wanted.name);
    return { imageId: kept.id, digest };
}
