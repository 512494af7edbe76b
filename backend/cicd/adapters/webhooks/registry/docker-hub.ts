import { z } from "zod";
import type { RegistryPush } from "../../../core/registry-push.ts";
import { readShape } from "../read-body.ts";
import { imagesPushed, pushedImage } from "./pushed-image.ts";

const Body = z.looseObject({
    push_data: z.looseObject({ tag: z.string() }),
    repository: z.looseObject({ repo_name: z.string() }),
});

/** Docker Hub: one tag, and no digest. */
export function parseDockerHub(payload: unknown): RegistryPush {
    const { push_data: pushed, repository } = readShape(Body, payload);
    return imagesPushed([pushedImage({ name: `docker.io/${repository.repo_name}`, tag: pushed.tag })]);
}
