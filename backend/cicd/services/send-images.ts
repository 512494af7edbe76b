import { AppError } from "../../../common/errors.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Machine } from "../core/machine.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import type { ApplyInput } from "./plan-release.ts";

const mebibyte = 1024 * 1024;

/**
 * Sends the built images of a release to a machine over SSH: those that are in no registry, and that it lacks. Throws
 * `image_missing` where one is neither here nor there.
 */
export async function sendImages(run: DeploymentRun, machine: Machine, { release, signal }: ApplyInput): Promise<void> {
    const built = release.images.filter((image) => image.built && image.digest === undefined);
    if (machine.remote === undefined || built.length === 0) {
        return;
    }
    const lacking = [];
    for (const { image, imageId } of built) {
        if ((await machine.engine.findImage(image))?.id !== imageId) {
            lacking.push({ name: image, id: imageId });
        }
    }
    try {
        const sent = await machine.remote.images.send(lacking, {
            signal,
            onProgress: ({ images, sentBytes }) =>
                run.say(`Sending ${images.join(", ")} to ${machine.name}: ${Math.round(sentBytes / mebibyte)} MiB`),
        });
        if (sent.length > 0) {
            run.say(`${machine.name} has ${sent.join(", ")} now`);
        }
    } catch (error) {
        run.checkSignal(signal);
        if (error instanceof AppError && error.code === "not_found") {
            throw new DeploymentFailure(
                "image_missing",
                `${error.message}; it is not on ${machine.name} either. Deploy its commit again to build it anew.`,
            );
        }
        throw error;
    }
}
