import type { ServiceDrift } from "../../../common/schema/drift.ts";
import { composeLabels, type ContainerState } from "./engine.ts";
import type { Release, ReleaseService } from "./release.ts";

export interface ServiceDriftInput {
    readonly release: Pick<Release, "services" | "images" | "declaredServices" | "applied">;
    /** Every container of the stack's project. */
    readonly states: readonly ContainerState[];
    /**
     * The stack's `.env` is another than when the release was applied: a container that was made with it rightly has
     * another configuration.
     */
    readonly environmentChanged: boolean;
}

/** How a stack's containers differ from what its live release wants. Looks only at what it is given. */
export function findServiceDrift(input: ServiceDriftInput): readonly ServiceDrift[] {
    const states = input.states.filter((state) => !isPassing(state));
    const wanted = input.release.services ?? [];
    const found = wanted.flatMap((service) =>
        driftOf(
            service,
            states.filter((state) => state.service === service.service),
            input,
        ),
    );
    return [...found, ...unplannedDrift(input, states), ...extraDrift(input, states)];
}

/** `docker compose run`, and what an interrupted change leaves: neither belongs to what a release wants. */
function isPassing(state: ContainerState): boolean {
    const isLeftover = state.status === "created" && /^\/?[0-9a-f]{12}_/.test(state.name);
    return state.labels[composeLabels.oneOff] === "True" || state.status === "removing" || isLeftover;
}

function driftOf(
    wanted: ReleaseService,
    states: readonly ContainerState[],
    input: ServiceDriftInput,
): readonly ServiceDrift[] {
    const { service, replicas } = wanted;
    if (states.length === 0) {
        return replicas === 0 ? [] : [{ service, kind: "missing", detail: "its container is gone" }];
    }
    return [
        ...imageDrift(service, states, input),
        ...configurationDrift(service, states, input),
        ...countDrift(wanted, states),
        ...stateDrift(wanted, states),
    ];
}

function imageDrift(
    service: string,
    states: readonly ContainerState[],
    { release }: ServiceDriftInput,
): readonly ServiceDrift[] {
    const image = release.images.find((one) => one.service === service);
    const other = states.find((state) => image !== undefined && state.imageId !== image.imageId);
    if (image === undefined || other === undefined) {
        return [];
    }
    const detail = `runs the image ${shortId(other.imageId)}; the release has ${shortId(image.imageId)}`;
    return [{ service, kind: "other_image", detail }];
}

function configurationDrift(
    service: string,
    states: readonly ContainerState[],
    { release, environmentChanged }: ServiceDriftInput,
): readonly ServiceDrift[] {
    const hash = release.applied?.configHashes[service];
    if (hash === undefined || environmentChanged) {
        return [];
    }
    const isOther = states.some((state) => state.labels[composeLabels.configHash] !== hash);
    return isOther
        ? [{ service, kind: "other_configuration", detail: "was made with another configuration than the release's" }]
        : [];
}

function countDrift({ service, replicas }: ReleaseService, states: readonly ContainerState[]): readonly ServiceDrift[] {
    if (states.length === replicas) {
        return [];
    }
    const kind = states.length < replicas ? "missing" : "other_configuration";
    return [{ service, kind, detail: `has ${states.length} of ${replicas} containers` }];
}

function stateDrift({ service, oneShot }: ReleaseService, states: readonly ContainerState[]): readonly ServiceDrift[] {
    const down = states.find((state) => (oneShot ? hasFailed(state) : !isUp(state)));
    return down === undefined ? [] : [{ service, kind: "stopped", detail: stateOf(down) }];
}

/** What ran before git was never planned: only the images that it was seen to run are known. */
function unplannedDrift(input: ServiceDriftInput, states: readonly ContainerState[]): readonly ServiceDrift[] {
    if (input.release.services !== undefined) {
        return [];
    }
    const services = new Set(states.map(({ service }) => service));
    return [...services].flatMap((service) =>
        imageDrift(
            service,
            states.filter((state) => state.service === service),
            input,
        ),
    );
}

function extraDrift({ release }: ServiceDriftInput, states: readonly ContainerState[]): readonly ServiceDrift[] {
    const declared = new Set([
        ...release.declaredServices,
        ...(release.services ?? []).map(({ service }) => service),
        ...release.images.map(({ service }) => service),
    ]);
    const names = new Set(states.map(({ service }) => service).filter((service) => !declared.has(service)));
    return [...names].map((service) => {
        const containers = states.filter((state) => state.service === service).map(({ name }) => name);
        return { service, kind: "extra", detail: `is no service of the release: ${containers.join(", ")}` };
    });
}

function isUp({ status }: ContainerState): boolean {
    return status === "running" || status === "restarting";
}

function hasFailed({ status, exitCode }: ContainerState): boolean {
    return status === "dead" || (status === "exited" && exitCode !== 0);
}

function stateOf({ status, exitCode }: ContainerState): string {
    if (status === "exited") {
        return `has ended with exit code ${exitCode}`;
    }
    return status === "created" ? "was never started" : `is ${status}`;
}

function shortId(id: string): string {
    return id.replace(/^sha256:/, "").slice(0, 12);
}
