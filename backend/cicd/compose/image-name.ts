/**
 * The repository name of the image that a service's build makes, without tag: from its `image:` (variables already
 * resolved), else `<stack>-<service>`, as Compose names it.
 */
export function imageRepository(stack: string, service: string, image?: string): string {
    if (image !== undefined && image !== "") {
        return repositoryOf(image);
    }
    return `${stack}-${service}`.toLowerCase();
}

/** An image's name without tag and digest; a registry's port stays. */
export function repositoryOf(image: string): string {
    const withoutDigest = image.split("@", 1)[0] ?? image;
    const lastSlash = withoutDigest.lastIndexOf("/");
    const colon = withoutDigest.indexOf(":", lastSlash + 1);
    return colon < 0 ? withoutDigest : withoutDigest.slice(0, colon);
}

export interface ImageNameInput {
    readonly stack: string;
    readonly service: string;
    readonly commitSha: string;
    readonly branch?: string | undefined;
    /** The service's own `image:`. */
    readonly image?: string | undefined;
    /** Such as `registry.example/{stack}/{service}`; the tag is always the commit. */
    readonly template?: string | null | undefined;
}

/** The full name of a built image: its repository, tagged with the full commit hash. */
export function imageName(input: ImageNameInput): string {
    const repository = input.template
        ? fillTemplate(input.template, input)
        : imageRepository(input.stack, input.service, input.image);
    return `${repository}:${input.commitSha}`;
}

function fillTemplate(template: string, input: ImageNameInput): string {
    const values: Readonly<Record<string, string>> = {
        stack: input.stack,
        service: input.service.toLowerCase(),
        branch: (input.branch ?? "").toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-"),
    };
    return repositoryOf(template.replaceAll(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole));
}
