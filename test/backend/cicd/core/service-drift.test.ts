import { describe, expect, it } from "vitest";
import { composeLabels, type ContainerState } from "../../../../backend/cicd/core/engine.ts";
import type { Release } from "../../../../backend/cicd/core/release.ts";
import { findServiceDrift, type ServiceDriftInput } from "../../../../backend/cicd/core/service-drift.ts";
import { containerState } from "../../../support/containers.ts";

const web = { service: "web", oneShot: false, replicas: 1 };
const image = { service: "web", image: "shop-web:1", imageId: "sha256:new", built: true };

/** A container of `web` as it was applied, but for what is given. */
function state(given: Partial<ContainerState> = {}, labels: Readonly<Record<string, string>> = {}): ContainerState {
    const made = containerState(given);
    return { ...made, labels: { ...made.labels, [composeLabels.configHash]: "h1", ...labels } };
}

function drift(
    states: readonly ContainerState[],
    release: Partial<Release> = {},
    more: Partial<ServiceDriftInput> = {},
): readonly string[] {
    const whole = {
        services: [web],
        images: [image],
        declaredServices: ["web", "debug"],
        applied: { configHashes: { web: "h1" }, environmentHash: "e" },
        ...release,
    };
    const found = findServiceDrift({ release: whole, states, environmentChanged: false, ...more });
    return found.map(({ service, kind, detail }) => `${service} ${kind}: ${detail}`);
}

const two = [state({ id: "c1" }), state({ id: "c2" })];
const once = [{ ...web, oneShot: true }];

describe("the containers of a stack", () => {
    it.each<[string, readonly ContainerState[], Partial<Release>]>([
        ["all as they were applied", [state()], {}],
        ["one that restarts by itself", [state({ status: "restarting" })], {}],
        ["one that is unhealthy: that is no change by hand", [state({ health: "unhealthy" })], {}],
        ["a service that was scaled to none", [], { services: [{ ...web, replicas: 0 }] }],
        ["a one-shot service that has ended well", [state({ status: "exited" })], { services: once }],
        ["one of an inactive profile", [state(), state({ service: "debug" })], {}],
        ["docker compose run", [state(), state({ service: "task" }, { [composeLabels.oneOff]: "True" })], {}],
        ["what an interrupted change left", [state(), state({ status: "created", name: "0123456789ab_shop-x-1" })], {}],
        [
            "one whose configuration was not noted",
            [state({}, { [composeLabels.configHash]: "h2" })],
            { applied: undefined },
        ],
        ["what ran before git, and still runs", [state()], { services: undefined, declaredServices: ["web"] }],
    ])("do not differ: %s", (_name, states, release) => {
        expect(drift(states, release)).toEqual([]);
    });

    it.each<[string, readonly ContainerState[], Partial<Release>, readonly string[]]>([
        ["removed", [], {}, ["web missing: its container is gone"]],
        ["stopped", [state({ status: "exited", exitCode: 137 })], {}, ["web stopped: has ended with exit code 137"]],
        ["paused", [state({ status: "paused" })], {}, ["web stopped: is paused"]],
        ["created only", [state({ status: "created" })], {}, ["web stopped: was never started"]],
        [
            "a one-shot service that was run again and failed",
            [state({ status: "exited", exitCode: 2 })],
            { services: once },
            ["web stopped: has ended with exit code 2"],
        ],
        [
            "another image",
            [state({ imageId: "sha256:0123456789abcdef" })],
            {},
            ["web other_image: runs the image 0123456789ab; the release has new"],
        ],
        [
            "another configuration",
            [state({}, { [composeLabels.configHash]: "h2" })],
            {},
            ["web other_configuration: was made with another configuration than the release's"],
        ],
        [
            "one replica too few",
            [state()],
            { services: [{ ...web, replicas: 2 }] },
            ["web missing: has 1 of 2 containers"],
        ],
        ["one too many", two, {}, ["web other_configuration: has 2 of 1 containers"]],
        [
            "a service that nobody declared",
            [state(), state({ service: "mine", name: "shop-mine-1" })],
            {},
            ["mine extra: is no service of the release: shop-mine-1"],
        ],
        [
            "another image of what ran before git",
            [state({ imageId: "sha256:x" })],
            { services: undefined },
            ["web other_image: runs the image x; the release has new"],
        ],
    ])("differ: %s", (_name, states, release, expected) => {
        expect(drift(states, release)).toEqual(expected);
    });

    it("may have been made anew with an .env that was edited: that is no drift", () => {
        const states = [state({}, { [composeLabels.configHash]: "h2" })];

        expect(drift(states, {}, { environmentChanged: true })).toEqual([]);
    });
});
