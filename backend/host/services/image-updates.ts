import type { ImageUpdate } from "../../../common/schema/image-update.ts";
import { AppError, errorMessage } from "../../../common/errors.ts";
import type { ComposeService, ReadComposeServices } from "../core/compose-model.ts";
import { machineNames } from "../core/elsewhere.ts";
import type { ImageDigests } from "../core/image-digests.ts";
import type { FindProjectContainers, ProjectContainer } from "../core/project-containers.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { StackFiles } from "../core/stack-files.ts";
import { mapSlowly } from "./map-slowly.ts";

export interface ImageUpdatesPorts {
    readonly files: Pick<StackFiles, "find">;
    readonly readServices: ReadComposeServices;
    readonly findContainers: FindProjectContainers;
    readonly digests: ImageDigests;
    readonly extension: () => StackExtension;
    /** Aborts when the server stops. */
    readonly stopping: AbortSignal;
}

/** How many registries are asked at once. */
const atOnce = 4;

/**
 * Asks the registries whether a stack's images have changed under their names. Throws AppError `not_found` where there
 * is no such stack, `conflict` where it runs on other machines alone, `invalid` where its files cannot be read.
 */
export async function checkImageUpdates(ports: ImageUpdatesPorts, stack: string): Promise<readonly ImageUpdate[]> {
    const elsewhere = ports.extension().elsewhere().get(stack);
    if (elsewhere?.alsoHere === false) {
        throw new AppError(
            "conflict",
            `${stack} runs on ${machineNames(elsewhere)}: the images there cannot be compared from here yet`,
        );
    }
    const containers = (await ports.findContainers(stack)).filter(({ oneOff }) => !oneOff);
    const folder = await ports.files.find(stack);
    if (folder?.composeFileName === undefined && containers.length === 0) {
        throw new AppError("not_found", "Stack not found");
    }
    const services = folder?.composeFileName === undefined ? servicesOf(containers) : await ports.readServices(stack);
    const sorted = services.toSorted((a, b) => a.name.localeCompare(b.name));
    return mapSlowly(sorted, atOnce, (service) => check(ports, stack, service, containers));
}

/** What is known of a project without files. */
function servicesOf(containers: readonly ProjectContainer[]): readonly ComposeService[] {
    const byName = new Map(containers.map(({ service, image }) => [service, { name: service, image, isBuilt: false }]));
    return [...byName.values()];
}

async function check(
    ports: ImageUpdatesPorts,
    stack: string,
    { name: service, image, isBuilt }: ComposeService,
    containers: readonly ProjectContainer[],
): Promise<ImageUpdate> {
    if (image === undefined || isBuilt) {
        return { service, image: image ?? "", state: "built" };
    }
    if (image.includes("@")) {
        return { service, image, state: "pinned" };
    }
    try {
        const running = containers.filter((container) => container.service === service);
        const used = running.map(({ imageId }) => imageId);
        return { service, image, ...(await compare(ports, stack, image, used.length > 0 ? used : [image])) };
    } catch (error) {
        return { service, image, state: "unknown", reason: errorMessage(error) };
    }
}

/** `used`: what the containers run; where there are none, what the next ones would. */
async function compare(
    { digests, extension, stopping }: ImageUpdatesPorts,
    stack: string,
    image: string,
    used: readonly string[],
): Promise<Pick<ImageUpdate, "state" | "digest" | "reason">> {
    const here = await Promise.all([...new Set(used)].map((one) => digests.local(one)));
    if (here.includes(undefined)) {
        return { state: "unknown", reason: `${image} is not on this machine yet; starting the stack pulls it` };
    }
    if (here.every((known) => known?.length === 0)) {
        return { state: "built" };
    }
    const login = await extension().registryLogin?.(stack, image);
    const remote = await digests.remote(image, login, stopping);
    if ("reason" in remote) {
        return { state: "unknown", reason: remote.reason };
    }
    const isCurrent = here.every((known) => known?.includes(remote.digest));
    return { state: isCurrent ? "current" : "newer", digest: remote.digest };
}
