import { z } from "zod";
import type { RegistryPush } from "../../../core/registry-push.ts";
import { looseText } from "../push.ts";
import { readShape } from "../read-body.ts";
import { imagesPushed, pushedImage } from "./pushed-image.ts";

const Resource = z.looseObject({ resource_url: z.string(), tag: looseText, digest: looseText });

const Body = z.looseObject({
    type: z.string(),
    event_data: z.looseObject({ resources: z.array(Resource).nullish() }),
});

/** Harbor's webhooks in its default payload format. */
export function parseHarbor(payload: unknown): RegistryPush {
    const { type, event_data: data } = readShape(Body, payload);
    if (type !== "PUSH_ARTIFACT") {
        return { kind: "ignored", reason: `the event ${type.slice(0, 100)} pushes no image` };
    }
    return imagesPushed((data.resources ?? []).map(imageOf));
}

/** The address ends with the tag, or with the digest where there is none. */
function imageOf({ resource_url: url, tag, digest }: z.infer<typeof Resource>) {
    const end = `:${tag ?? ""}`;
    return tag && url.endsWith(end) ? pushedImage({ name: url.slice(0, -end.length), tag, digest }) : undefined;
}
