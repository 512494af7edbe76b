/** The name of an image in full: what Docker adds where it is left out is there, the host is in lower case. */
export interface ImageReference {
    readonly host: string;
    readonly repository: string;
    /** Undefined where the name is pinned by a digest alone. */
    readonly tag: string | undefined;
    readonly digest: string | undefined;
}

const hubHosts = new Set(["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);
const longest = 512;
const hostForm = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$|^\[[0-9a-f:]+\](?::\d{1,5})?$/;
const repositoryForm = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;

/** Reads a name such as `nginx`, `ghcr.io/o/app:1` or `app@sha256:…`; undefined for what is none. */
export function readImageReference(text: string): ImageReference | undefined {
    if (text.length > longest) {
        return undefined;
    }
    const at = text.indexOf("@");
    const named = at === -1 ? text : text.slice(0, at);
    const digest = at === -1 ? undefined : text.slice(at + 1);
    const { path, tag } = splitTag(named);
    const place = readPlace(path);
    if (place === undefined || !fits(tagForm, tag) || !fits(digestForm, digest)) {
        return undefined;
    }
    return { ...place, tag: tag ?? (digest === undefined ? "latest" : undefined), digest };
}

/** The name as it was before it was pinned. */
export function withoutDigest(image: string): string {
    return image.split("@", 1)[0] ?? image;
}

/** A digest, or undefined for what is none. */
export function readDigest(text: string | undefined): string | undefined {
    return text !== undefined && digestForm.test(text) ? text : undefined;
}

/** Whether two names mean the same tag of the same repository. A name that is pinned by a digest is like no other. */
export function isSameTag(one: ImageReference, other: ImageReference): boolean {
    const pinned = one.digest !== undefined || other.digest !== undefined;
    return !pinned && one.host === other.host && one.repository === other.repository && one.tag === other.tag;
}

/** As Docker takes it: `docker.io` is left out, `library/` too. */
export function writeImageReference({ host, repository, tag, digest }: ImageReference): string {
    const path = host === "docker.io" ? repository.replace(/^library\//, "") : `${host}/${repository}`;
    const tagged = tag === undefined ? path : `${path}:${tag}`;
    return digest === undefined ? tagged : `${tagged}@${digest}`;
}

/** A colon before the last slash belongs to the registry's port. */
function splitTag(named: string): { readonly path: string; readonly tag: string | undefined } {
    const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
    return colon === -1
        ? { path: named, tag: undefined }
        : { path: named.slice(0, colon), tag: named.slice(colon + 1) };
}

function fits(form: RegExp, text: string | undefined): boolean {
    return text === undefined || form.test(text);
}

/** The first part is a host where it looks like one, as Docker decides it. */
function readPlace(path: string): Pick<ImageReference, "host" | "repository"> | undefined {
    const slash = path.indexOf("/");
    const first = path.slice(0, Math.max(slash, 0));
    const hasHost = first === "localhost" || /[.:[]/.test(first);
    const given = hasHost ? first.toLowerCase() : "docker.io";
    const host = hubHosts.has(given) ? "docker.io" : given;
    const rest = hasHost ? path.slice(slash + 1) : path;
    const repository = host === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest;
    return hostForm.test(host) && repositoryForm.test(repository) ? { host, repository } : undefined;
}
