import { composeLabels, type ContainerState, type ContainerSummary } from "../../backend/cicd/core/engine.ts";

/** A running container of the service `web` of the stack `shop`, but for what is given. */
export function containerState(given: Partial<ContainerState>): ContainerState {
    const service = given.service ?? "web";
    return {
        id: "c1",
        name: `shop-${service}-1`,
        service,
        labels: { [composeLabels.project]: "shop", [composeLabels.service]: service },
        imageId: "sha256:new",
        status: "running",
        health: "none",
        exitCode: 0,
        restartCount: 0,
        startedAt: "2026-01-01T00:00:00Z",
        oomKilled: false,
        restartPolicy: "no",
        ports: [],
        addresses: [],
        ...given,
    };
}

/** A running container of nobody, but for what is given. */
export function containerSummary(given: Partial<ContainerSummary>): ContainerSummary {
    return {
        id: "x1",
        name: "someone",
        labels: {},
        state: "running",
        imageId: "sha256:x",
        publishedPorts: [],
        ...given,
    };
}
