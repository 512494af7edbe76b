import type { Engine } from "../core/engine.ts";
import type { Release } from "../core/release.ts";
import type { DeploymentRun } from "./deployment-run.ts";

/** Where the name of an image that a release built was given to another one by hand, it is given back. */
export async function restoreTags(engine: Engine, run: DeploymentRun, release: Release): Promise<void> {
    for (const { service, image, imageId, built } of release.images) {
        const isMoved = built && (await engine.findImage(image))?.id !== imageId;
        if (isMoved && (await engine.findImage(imageId)) !== undefined) {
            run.say(`${service}: ${image} does not name the image that was built for it; it does again from now on.`);
            await engine.tagImage(imageId, image);
        }
    }
}
