import type { Clock } from "../core/clock.ts";
import type { Engine } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Release } from "../core/release.ts";
import type { CheckedOut } from "./check-out.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { runScript } from "./run-script.ts";
import type { UserProgramPorts } from "./run-user-program.ts";
import { findImages, imagesMade, scriptImages, type ScriptImages } from "./script-images.ts";

export interface BuildTask {
    readonly connection: Connection;
    readonly source: CheckedOut;
    readonly previous: Release | undefined;
    readonly signal: AbortSignal;
}

/**
 * Lets the repository's script build, and tags what it made with the commit. Answers service → the name of the image
 * that was made for it; services with images of others are left out.
 */
export async function buildByScript(
    ports: UserProgramPorts & { readonly clock: Clock },
    run: DeploymentRun,
    { connection, source, previous, signal }: BuildTask,
): Promise<ReadonlyMap<string, string>> {
    const images = scriptImages(run, connection, source);
    const before = await findImages(ports.engine, images);
    const startedAt = ports.clock.now();
    await runScript(ports, run, { ...connection, workspace: source.workspace, signal });
    const after = await findImages(ports.engine, images);
    const made = imagesMade({ images, before, after, startedAt, previous });
    await tagAll(ports.engine, run, images, made);
    for (const [service, { image }] of [...images].filter((entry) => !after.has(entry[1].image))) {
        run.say(`${service}: ${connection.config.scriptPath} made no image ${image}; it has to come from a registry.`);
    }
    return made;
}

/** What a preview takes for made by the script, which it does not run: what was so before, or names its commit. */
export function expectedImages(images: ScriptImages, previous: Release | undefined): ReadonlyMap<string, string> {
    const built = new Set(previous?.images.filter((image) => image.built).map(({ service }) => service));
    const expected = [...images].filter(([service, { image, tagged }]) => built.has(service) || image === tagged);
    return new Map(expected.map(([service, { tagged }]) => [service, tagged]));
}

async function tagAll(
    engine: Engine,
    run: DeploymentRun,
    images: ScriptImages,
    made: ReadonlyMap<string, string>,
): Promise<void> {
    const given = new Map<string, string>();
    for (const [service, tagged] of made) {
        const image = images.get(service)?.image ?? tagged;
        const other = given.get(tagged);
        if (other !== undefined && other !== image) {
            throw new DeploymentFailure(
                "compose_invalid",
                `imageTemplate: gives ${other} and ${image} the same name; put {service} into it`,
            );
        }
        given.set(tagged, image);
        if (image !== tagged && other === undefined) {
            run.say(`${service}: ${image} is tagged ${tagged}`);
            await engine.tagImage(image, tagged);
        }
    }
}
