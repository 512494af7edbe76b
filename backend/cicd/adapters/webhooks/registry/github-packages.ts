import { z } from "zod";
import type { RegistryPush } from "../../../core/registry-push.ts";
import { looseText } from "../push.ts";
import { readShape } from "../read-body.ts";
import { imagesPushed, pushedImage } from "./pushed-image.ts";

const Tag = z.looseObject({ name: looseText, digest: looseText }).optional().catch(undefined);

const Package = z.looseObject({
    package_version: z
        .looseObject({
            package_url: looseText,
            container_metadata: z.looseObject({ tag: Tag }).nullish().catch(undefined),
        })
        .nullish(),
});

const Body = z.looseObject({
    action: looseText,
    package: Package.nullish(),
    registry_package: Package.nullish(),
});

/** GitHub's events `package` and `registry_package`, as its container registry sends them. */
export function parseGithubPackages(payload: unknown): RegistryPush {
    const body = readShape(Body, payload);
    if (body.action !== "published" && body.action !== "updated") {
        return { kind: "ignored", reason: `the action ${body.action ?? "without a name"} pushes no image` };
    }
    const version = (body.registry_package ?? body.package)?.package_version;
    if (version?.package_url === undefined || !version.container_metadata) {
        return { kind: "ignored", reason: "the package is no container image" };
    }
    const { name: tag, digest } = version.container_metadata.tag ?? {};
    return imagesPushed([pushedImage({ name: nameOf(version.package_url, tag), tag, digest })]);
}

/** The address is `<host>/<owner>/<name>:<tag>`, the tag left empty for a version without one. */
function nameOf(url: string, tag: string | undefined): string {
    const end = `:${tag ?? ""}`;
    return url.endsWith(end) ? url.slice(0, -end.length) : url;
}
