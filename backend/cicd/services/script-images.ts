import { effectiveServices } from "../compose/effective-services.ts";
import { imageName, repositoryOf } from "../compose/image-name.ts";
import { substitute } from "../compose/interpolation.ts";
import { textOf, treeAt } from "../compose/tree.ts";
import type { Engine, ImageInfo } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Release } from "../core/release.ts";
import type { CheckedOut } from "./check-out.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";

/** Service → the image that its compose file names, and the name that it gets when the script made it. */
export type ScriptImages = ReadonlyMap<string, { readonly image: string; readonly tagged: string }>;

/**
 * The images that the services of a project name. Throws `compose_invalid` for a service that has only a `build`: what
 * the script makes for it would have no name.
 */
export function scriptImages(run: DeploymentRun, { config, registry }: Connection, source: CheckedOut): ScriptImages {
    const images = new Map<string, { image: string; tagged: string }>();
    for (const { name, tree, built } of effectiveServices(source.project).values()) {
        const image = substitute(textOf(treeAt(tree, "image")) ?? "", source.lookup).text;
        const commit = { commitSha: source.commit.sha, branch: run.record.branch };
        if (image !== "") {
            const template = config.imageTemplate;
            images.set(name, {
                image,
                tagged: imageName({
                    stack: run.stack,
                    service: name,
                    image,
                    template,
                    registry: registry?.url,
                    ...commit,
                }),
            });
        } else if (built && treeAt(tree, "profiles") === undefined) {
            throw new DeploymentFailure(
                "compose_invalid",
                `services.${name}: with buildType "script" its build is not used, and it has no image; name the one ` +
                    `that ${config.scriptPath} makes, such as "image: ${run.stack}-${name}:\${CICD_IMAGE_TAG}"`,
            );
        }
    }
    return images;
}

/** Image name → what lies there now. */
export async function findImages(engine: Engine, images: ScriptImages): Promise<ReadonlyMap<string, ImageInfo>> {
    const found = new Map<string, ImageInfo>();
    for (const { image } of images.values()) {
        const there = await engine.findImage(image);
        if (there !== undefined) {
            found.set(image, there);
        }
    }
    return found;
}

export interface Made {
    readonly images: ScriptImages;
    readonly before: ReadonlyMap<string, ImageInfo>;
    readonly after: ReadonlyMap<string, ImageInfo>;
    readonly startedAt: Date;
    readonly previous: Release | undefined;
}

/** The services whose image the script made: → its name with the commit's tag. Those of others are never tagged. */
export function imagesMade(made: Made): ReadonlyMap<string, string> {
    const services = [...made.images].filter(([service, { image, tagged }]) => {
        const after = made.after.get(image);
        return after !== undefined && (ranBefore(made, service, after) || isMade(made, image, tagged, after));
    });
    return new Map(services.map(([service, { tagged }]) => [service, tagged]));
}

/** A script whose result comes out of the builder's cache changes no image. */
function ranBefore({ previous }: Made, service: string, { id }: ImageInfo): boolean {
    const before = previous?.images.find((image) => image.service === service);
    return before?.built === true && before.imageId === id;
}

function isMade({ before, startedAt }: Made, image: string, tagged: string, after: ImageInfo): boolean {
    const repository = familiar(image);
    // What comes from a registry has its digest, but so has what the script pushed there.
    const isKnownToRegistry = after.digests.some((digest) => familiar(digest) === repository);
    if (isKnownToRegistry && !isSince(after, startedAt)) {
        return false;
    }
    if (before.get(image)?.id !== after.id) {
        return true;
    }
    const ofCommits = after.tags.filter((tag) => familiar(tag) === repository && /:[0-9a-f]{40,64}$/.test(tag));
    return ofCommits.some((tag) => tag !== image || tag === tagged);
}

/** The repository as the engine lists it: Docker Hub's own goes without its host. */
function familiar(image: string): string {
    return repositoryOf(image)
        .replace(/^(index\.)?docker\.io\//, "")
        .replace(/^library\//, "");
}

function isSince({ createdAt }: ImageInfo, startedAt: Date): boolean {
    return createdAt !== undefined && Date.parse(createdAt) >= startedAt.getTime();
}
