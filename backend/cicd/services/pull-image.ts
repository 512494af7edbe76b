import { AppError } from "../../../common/errors.ts";
import type { Engine } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { DeploymentRun } from "./deployment-run.ts";

/** One service's image, as asked for. */
export interface WantedImage {
    readonly service: string;
    readonly name: string;
    readonly pull: "missing" | "always" | "never";
    readonly signal: AbortSignal;
}

/** A name that has to mean this image before services come up. Until then it goes on meaning what runs. */
export interface ImageTag {
    readonly name: string;
    readonly imageId: string;
}

/** What a name stands for in a release; `tag` where the name does not mean it yet. */
export interface FoundImage {
    readonly imageId: string;
    readonly digest?: string | undefined;
    readonly tag?: ImageTag | undefined;
}

/** Pulls one image, with its progress in the log. Throws `pull_failed` with the registry's own words. */
export async function pullImage(
    engine: Pick<Engine, "pullImage">,
    run: DeploymentRun,
    image: string,
    { service, signal }: Pick<WantedImage, "service" | "signal">,
): Promise<void> {
    run.say(`Pulling ${image}`);
    try {
        await engine.pullImage(image, { signal, onLine: (line) => run.write("stdout", line) });
    } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AppError && error.code === "invalid") {
            throw new DeploymentFailure("pull_failed", `${service}: ${error.message}`, { cause: error });
        }
        throw error;
    }
}
