import type { DeployedImage, RefreshImage } from "../../../common/schema/deployment.ts";
import type { StackVerdict } from "../../../common/schema/webhook-event.ts";
import type { BuildConfigRecord } from "../core/build-config.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import { type Release, releaseId } from "../core/release.ts";
import { whyPinned } from "../core/stack-state.ts";
import { isSameTag, readImageReference, withoutDigest } from "../core/image-reference.ts";
import type { PushedImage } from "../core/registry-push.ts";
import { type DecidePushPorts, type Delivery, findDone } from "./decide-push.ts";
import { findPin } from "./find-pin.ts";

export interface DecideImagePushPorts extends Omit<DecidePushPorts, "enqueuePipeline"> {
    readonly deployments: Pick<DeploymentStore, "find" | "findLive" | "listActive">;
    readonly releases: { find(deploymentId: string): Promise<Pick<Release, "images"> | undefined> };
}

const shownImages = 5;

/** What a push of images to a registry means for one stack; queues its deployment when one of its services uses them. */
export async function decideImagePush(
    ports: DecideImagePushPorts,
    repository: RepositoryRecord,
    pushed: readonly PushedImage[],
    delivery: Delivery,
): Promise<StackVerdict> {
    const stack = repository.stackId;
    const done = await findDone(ports, repository, delivery);
    if (done !== undefined) {
        return { stack, verdict: "duplicate", reason: "this delivery was handled before", deploymentId: done };
    }
    const buildConfig = await ports.buildConfigs.findByStack(stack);
    const active = await ports.deployments.listActive(stack);
    const { deployed, images } = namesOf(buildConfig, await findDeployed(ports, repository, active));
    const reason = whyIgnored(buildConfig, deployed);
    if (buildConfig === undefined || deployed === undefined || reason !== undefined) {
        return { stack, verdict: "ignored", reason };
    }
    const wanted = pushed.flatMap((image) => usesOf(images, image));
    if (wanted.length === 0) {
        return { stack, verdict: "ignored", reason: whyUnused(images, pushed) };
    }
    // What waits or runs may put another image in the place of the one that is live.
    const isRefreshing = active.some((row) => row.refreshImages !== undefined);
    if (wanted.every((use) => runs(images, use)) && !isRefreshing) {
        const reason = "the stack runs what was pushed already";
        return { stack, verdict: "duplicate", reason, deploymentId: deployed.id };
    }
    const pin = await findPin(ports, stack);
    return pin === undefined
        ? refresh(ports, { repository, buildConfig, deployed, wanted, delivery })
        : { stack, verdict: "ignored", reason: whyPinned(pin) };
}

async function refresh(
    ports: DecideImagePushPorts,
    given: {
        readonly repository: RepositoryRecord;
        readonly buildConfig: BuildConfigRecord;
        readonly deployed: DeploymentRecord;
        readonly wanted: readonly RefreshImage[];
        readonly delivery: Delivery;
    },
): Promise<StackVerdict> {
    const { repository, buildConfig, deployed, wanted, delivery } = given;
    const { deployment, created } = await ports.enqueue({
        repository,
        buildConfig,
        ref:
            deployed.tag === undefined
                ? { type: "branch", name: deployed.branch }
                : { type: "tag", name: deployed.tag },
        commit: deployed.commitSha,
        message: deployed.commitMessage,
        author: deployed.commitAuthor,
        triggeredBy: "webhook",
        user: delivery.user,
        refreshImages: wanted,
    });
    const verdict = { stack: repository.stackId, deploymentId: deployment.id };
    return created
        ? { ...verdict, verdict: "queued" }
        : { ...verdict, verdict: "duplicate", reason: "this image is being deployed already" };
}

/**
 * The deployment of the repository that is live, else the one that is being put live; and the images of both: the latter
 * has pulled its own already.
 */
async function findDeployed(
    ports: Pick<DecideImagePushPorts, "deployments" | "releases">,
    repository: RepositoryRecord,
    active: readonly DeploymentRecord[],
): Promise<{ readonly deployed: DeploymentRecord | undefined; readonly images: readonly DeployedImage[] }> {
    const newest = await ports.deployments.findLive(repository.stackId);
    const live = newest !== undefined && isOfRepository(newest, repository) ? newest : undefined;
    const applying = active.find(
        (row) => row.status === "deploying" && row.refreshImages === undefined && isOfRepository(row, repository),
    );
    const release = applying && (await ports.releases.find(releaseId(applying)));
    return { deployed: live ?? applying, images: [...(live?.images ?? []), ...(release?.images ?? [])] };
}

/** The images by the names of the compose file: which digest they were pinned to is no part of them. */
function namesOf<T extends { readonly images: readonly DeployedImage[] }>(
    config: BuildConfigRecord | undefined,
    found: T,
): T {
    const images = found.images.map((image) => ({ ...image, image: withoutDigest(image.image) }));
    return config?.pinImages ? { ...found, images } : found;
}

function isOfRepository({ commitSha, repositoryId }: DeploymentRecord, repository: RepositoryRecord): boolean {
    return commitSha !== "" && repositoryId === repository.id;
}

function whyIgnored(config: BuildConfigRecord | undefined, deployed: DeploymentRecord | undefined): string | undefined {
    if (config === undefined) {
        return "the stack has no build configuration; save one";
    }
    if (config.buildType !== "compose_only") {
        return `pushed images deploy only stacks with the build type compose_only; this one has ${config.buildType}`;
    }
    if (!config.autoDeployOnPush) {
        return "automatic deployment (autoDeployOnPush) is switched off";
    }
    if (config.pullPolicy === "never") {
        return "pullPolicy is never: this stack's images are not pulled";
    }
    return deployed === undefined ? "no commit of the repository is live yet; deploy the stack once first" : undefined;
}

/** The services' own names of a pushed image. */
function usesOf(images: readonly DeployedImage[], { image, digest }: PushedImage): readonly RefreshImage[] {
    const pushed = readImageReference(image);
    const names = images.filter(({ built }) => !built).map((used) => used.image);
    const same = [...new Set(names)].filter((name) => {
        const used = readImageReference(name);
        return used !== undefined && pushed !== undefined && isSameTag(used, pushed);
    });
    return same.map((name) => ({ image: name, digest }));
}

function whyUnused(images: readonly DeployedImage[], pushed: readonly PushedImage[]): string {
    const used = [...new Set(images.filter(({ built }) => !built).map(({ image }) => image))];
    return `the stack uses ${listed(used)}; ${listed(pushed.map(({ image }) => image))} was pushed`;
}

function listed(names: readonly string[]): string {
    const more = names.length > shownImages ? ` and ${names.length - shownImages} more` : "";
    return names.length === 0 ? "no image of a registry" : `${names.slice(0, shownImages).join(", ")}${more}`;
}

/** Without a digest only a pull can tell. */
function runs(images: readonly DeployedImage[], { image, digest }: RefreshImage): boolean {
    const used = images.filter((one) => one.image === image && !one.built);
    return digest !== undefined && used.every((one) => one.digest?.endsWith(`@${digest}`) === true);
}
