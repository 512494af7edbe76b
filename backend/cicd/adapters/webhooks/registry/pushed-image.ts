import { readDigest, readImageReference, writeImageReference } from "../../../core/image-reference.ts";
import type { PushedImage, RegistryPush } from "../../../core/registry-push.ts";

/** More than any registry puts into one delivery. */
const mostImages = 100;

/** A pushed image of a registry's words; undefined without a tag, and where the name is none. */
export function pushedImage(given: {
    /** Host and repository, such as `ghcr.io/o/app`. */
    readonly name: string;
    readonly tag: string | undefined;
    readonly digest?: string | undefined;
}): PushedImage | undefined {
    const reference = given.tag ? readImageReference(`${given.name.toLowerCase()}:${given.tag}`) : undefined;
    if (reference?.tag !== given.tag || reference === undefined) {
        return undefined;
    }
    return { image: writeImageReference(reference), digest: readDigest(given.digest) };
}

/** The push of these images; of one that is named more than once the last digest counts. */
export function imagesPushed(images: readonly (PushedImage | undefined)[], deliveryId?: string): RegistryPush {
    const byName = new Map<string, PushedImage>();
    for (const image of images.filter((one) => one !== undefined).slice(0, mostImages)) {
        byName.set(image.image, image);
    }
    return byName.size === 0
        ? { kind: "ignored", reason: "no image with a tag was pushed", deliveryId }
        : { kind: "images", images: [...byName.values()], deliveryId };
}
