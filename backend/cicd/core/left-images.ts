import type { ImageInfo } from "./engine.ts";

/** What a machine's engine has. */
export interface EngineImages {
    readonly images: readonly ImageInfo[];
    /** All, stopped ones too; `image` is the name that a container was made with. */
    readonly containers: readonly { readonly imageId: string; readonly image?: string | undefined }[];
}

/** What the deployments of a stack have made, and what of it must stay. */
export interface ImageRecords {
    /** Names and ids that builds of ours gave. */
    readonly builtNames: ReadonlySet<string>;
    readonly builtIds: ReadonlySet<string>;
    /** Where our builds put their images, without tag. */
    readonly repositories: ReadonlySet<string>;
    /** The commits of the stack's deployments: a build's tag is the commit. */
    readonly commits: ReadonlySet<string>;
    /** Commits that a deployment of any stack is working on. */
    readonly activeCommits: ReadonlySet<string>;
    /** Of every release that is kept, of every stack: what is live, the good ones before, what waits for approval. */
    readonly keptNames: ReadonlySet<string>;
    readonly keptIds: ReadonlySet<string>;
}

export interface LeftImage {
    /** The name to remove; the id of one that has none. */
    readonly name: string;
    readonly id: string;
    /** What its removal frees. */
    readonly bytes: number;
    /** Why it must stay; undefined for one that may go. */
    readonly reason?: string | undefined;
}

/**
 * The images on a machine that builds of ours have left and no kept release names: those of builds that failed, the
 * second name that a rebuild gives to an unchanged image, and those that have lost their name. Whatever no build of ours
 * made is not among them; those that must stay all the same say why.
 */
export function leftImages(there: EngineImages, known: ImageRecords): readonly LeftImage[] {
    return there.images.flatMap((image) => {
        const names = image.tags.filter((tag) => isOurs(tag, known) && !known.keptNames.has(tag));
        const going = names.filter((name) => whyKept(image, name, there, known) === undefined);
        const isLast = going.length === image.tags.length;
        const named = names.map((name) => ({
            name,
            id: image.id,
            bytes: isLast && name === going.at(-1) ? ownBytes(image) : 0,
            reason: whyKept(image, name, there, known),
        }));
        return image.tags.length === 0 && known.builtIds.has(image.id) ? [unnamed(image, there, known)] : named;
    });
}

/** A name that a build of ours recorded, or would give: its repository is one of ours, its tag one of our commits. */
function isOurs(name: string, { builtNames, repositories, commits }: ImageRecords): boolean {
    const colon = name.lastIndexOf(":");
    return builtNames.has(name) || (repositories.has(name.slice(0, colon)) && commits.has(name.slice(colon + 1)));
}

function whyKept(
    { id, tags }: ImageInfo,
    name: string,
    { containers }: EngineImages,
    { activeCommits, keptNames, keptIds }: ImageRecords,
): string | undefined {
    if (activeCommits.has(name.slice(name.lastIndexOf(":") + 1))) {
        return "a deployment of this commit is under way";
    }
    if (containers.some(({ image }) => image === name)) {
        return "a container was made with it";
    }
    if (tags.some((tag) => keptNames.has(tag))) {
        return undefined;
    }
    if (keptIds.has(id)) {
        return "a kept release runs this image, which has no other name";
    }
    return containers.some(({ imageId }) => imageId === id) ? "a container runs this image" : undefined;
}

function unnamed(image: ImageInfo, { containers }: EngineImages, { keptIds }: ImageRecords): LeftImage {
    const { id } = image;
    const isUsed = containers.some(({ imageId }) => imageId === id);
    const kept = keptIds.has(id) ? "a kept release runs this image" : undefined;
    const reason = kept ?? (isUsed ? "a container runs this image" : undefined);
    return { name: id, id, bytes: reason === undefined ? ownBytes(image) : 0, reason };
}

/** Layers that other images have too are not freed. */
export function ownBytes({ sizeBytes, sharedBytes = 0 }: ImageInfo): number {
    return Math.max(0, sizeBytes - Math.max(0, sharedBytes));
}
