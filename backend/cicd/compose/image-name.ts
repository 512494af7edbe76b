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
    /** Where built images go, as `host[/prefix]`; names without a host lie below it. */
    readonly registry?: string | undefined;
}

/** The full name of a built image: its repository, tagged with the full commit hash. */
export function imageName(input: ImageNameInput): string {
    return `${repositoryFor(input)}:${input.commitSha}`;
}

function repositoryFor(input: ImageNameInput): string {
    const { registry, stack, service, image } = input;
    if (registry === undefined) {
        return input.template ? fillTemplate(input.template, input) : imageRepository(stack, service, image);
    }
    if (input.template) {
        const filled = fillTemplate(input.template, input);
        return namesHost(filled) ? filled : `${writtenPlace(registry)}/${filled}`;
    }
    const own = imageRepository(stack, service, image);
    return isBelow(own, registry) ? own : `${writtenPlace(registry)}/${imageRepository(stack, service)}`;
}

/** Docker Hub's host is left out, as the engine lists its images. */
function writtenPlace(registry: string): string {
    return registry.replace(/^docker\.io\//, "");
}

/** Whether an image's name says its registry. */
export function namesHost(name: string): boolean {
    const [first = "", ...rest] = name.split("/");
    return rest.length > 0 && (first === "localhost" || /[.:]/.test(first));
}

/** Whether an image lies in a registry, below its prefix. */
export function isBelow(image: string, registry: string): boolean {
    const repository = namesHost(image) ? repositoryOf(image) : `docker.io/${repositoryOf(image)}`;
    return repository.startsWith(`${registry}/`);
}

function fillTemplate(template: string, input: ImageNameInput): string {
    const values: Readonly<Record<string, string>> = {
        stack: input.stack,
        service: input.service.toLowerCase(),
        branch: (input.branch ?? "").toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-"),
    };
    return repositoryOf(template.replaceAll(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole));
}
