export interface RegistryLogin {
    readonly username: string;
    readonly password: string;
}

/** What a registry says of an image's name: its digest, or a sentence why not. */
export type RemoteDigest = { readonly digest: string } | { readonly reason: string };

/** Digests of images here and in registries. */
export interface ImageDigests {
    /** All digests that an image (a name or an id) has here; undefined where there is no such image. */
    local(image: string): Promise<readonly string[] | undefined>;
    remote(image: string, login: RegistryLogin | undefined, signal: AbortSignal): Promise<RemoteDigest>;
}
