import type { z } from "zod";
import type { BuildCache, BuildConfig, BuildConfigInput } from "../../../common/schema/build-config.ts";

/** What becomes of built images, and how they are built, as it is typed. */
export interface ImageForm {
    pinImages: boolean;
    registryId: string;
    imageTemplate: string;
    buildTarget: string;
    buildSecrets: string[];
    buildCache: BuildCache;
    /** One after the other, with blanks or commas between them. */
    platforms: string;
}

type RawInput = Pick<z.input<typeof BuildConfigInput>, keyof ImageForm>;

export function imageForm(config: BuildConfig | BuildConfigInput): ImageForm {
    return {
        pinImages: config.pinImages,
        registryId: config.registryId ?? "",
        imageTemplate: config.imageTemplate ?? "",
        buildTarget: config.buildTarget ?? "",
        buildSecrets: [...config.buildSecrets],
        buildCache: config.buildCache,
        platforms: config.platforms.join(", "),
    };
}

/** What the form sends: without a registry there is nowhere to keep a cache or several platforms. */
export function imageInput(
    form: ImageForm,
    { secrets, hasDockerfile }: { readonly secrets: readonly string[]; readonly hasDockerfile: boolean },
): RawInput {
    return {
        pinImages: form.pinImages,
        registryId: form.registryId || null,
        imageTemplate: form.imageTemplate.trim() || null,
        buildTarget: hasDockerfile ? form.buildTarget.trim() || null : null,
        buildSecrets: form.buildSecrets.filter((name) => secrets.includes(name)),
        buildCache: form.registryId === "" ? "local" : form.buildCache,
        platforms: form.platforms.split(/[\s,]+/).filter((platform) => platform !== ""),
    };
}
