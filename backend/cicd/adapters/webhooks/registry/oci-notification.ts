import { z } from "zod";
import type { RegistryPush } from "../../../core/registry-push.ts";
import { looseText } from "../push.ts";
import { readShape } from "../read-body.ts";
import { imagesPushed, pushedImage } from "./pushed-image.ts";

const Event = z.looseObject({
    id: looseText,
    action: looseText,
    target: z
        .looseObject({ mediaType: looseText, repository: looseText, tag: looseText, digest: looseText })
        .optional()
        .catch(undefined),
    request: z.looseObject({ host: looseText }).optional().catch(undefined),
});
type Event = z.infer<typeof Event>;

const Body = z.looseObject({ events: z.array(Event) });

/** Layers and signatures have other types. */
const manifests = new Set([
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
]);

/** Notifications of the CNCF Distribution registry, and of those that speak like it. */
export function parseOciNotification(payload: unknown): RegistryPush {
    const { events } = readShape(Body, payload);
    const pushed = events.filter(isImagePush);
    return imagesPushed(pushed.map(imageOf), (pushed[0] ?? events[0])?.id);
}

function isImagePush({ action, target }: Event): boolean {
    return action === "push" && manifests.has(target?.mediaType ?? "");
}

function imageOf({ target, request }: Event) {
    const { repository, tag, digest } = target ?? {};
    const host = request?.host;
    return host && repository ? pushedImage({ name: `${host}/${repository}`, tag, digest }) : undefined;
}
