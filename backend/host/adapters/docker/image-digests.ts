import type { DockerClient } from "../../../platform/docker/client.ts";
import type { ImageDigests } from "../../core/image-digests.ts";

/** Digests through the engine, which asks registries for us. */
export function dockerImageDigests({ images }: Pick<DockerClient, "images">): ImageDigests {
    return {
        async local(image) {
            const found = await images.inspect(image);
            return found?.RepoDigests.map((digest) => digest.slice(digest.indexOf("@") + 1));
        },
        remote: (image, login, signal) => images.askRegistry(withTag(image), { login, signal }),
    };
}

/** A colon before the last slash belongs to the registry's port. */
function withTag(image: string): string {
    return image.includes(":", image.lastIndexOf("/") + 1) ? image : `${image}:latest`;
}
