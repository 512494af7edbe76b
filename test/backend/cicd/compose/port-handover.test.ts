import { describe, expect, it } from "vitest";
import type { ServicePlan } from "../../../../backend/cicd/compose/plan-service.ts";
import { findHandovers } from "../../../../backend/cicd/compose/port-handover.ts";
import { readServiceModel } from "../../../../backend/cicd/compose/service-model.ts";
import { composeLabels, type ContainerSummary } from "../../../../backend/cicd/core/engine.ts";
import { containerSummary } from "../../../support/containers.ts";

function container(service: string, port: number, fields: Partial<ContainerSummary> = {}): ContainerSummary {
    const labels = { [composeLabels.project]: "shop", [composeLabels.service]: service };
    const bindings = [{ host: "", port, protocol: "tcp" }];
    return containerSummary({ id: service, name: `/shop-${service}-1`, labels, bindings, ...fields });
}

function stopped(
    ports: Readonly<Record<string, number>>,
    containers: readonly ContainerSummary[],
    unchanged: readonly string[] = [],
) {
    const services = Object.fromEntries(
        Object.entries(ports).map(([name, published]) => [name, { image: "a", ports: [{ published }] }]),
    );
    const model = readServiceModel(JSON.stringify({ name: "shop", services }));
    const plans = model.services.map(({ name }): ServicePlan => {
        const action = unchanged.includes(name) ? "none" : "recreate";
        return { service: name, action, reasons: [], image: "a", force: false };
    });
    return findHandovers("shop", model, plans, containers);
}

describe("ports that change hands", () => {
    it("are given up first by the one that comes later, where two swap them", () => {
        const found = stopped({ a: 82, b: 81 }, [container("a", 81), container("b", 82)]);

        expect(found).toEqual([{ id: "b", name: "shop-b-1", reason: "gives port 82 to a" }]);
    });

    it("need nothing where the holder comes up before the taker", () => {
        expect(stopped({ a: 90, b: 81 }, [container("a", 81), container("b", 82)])).toEqual([]);
    });

    it("are given up by all in a circle but the last", () => {
        const held = [container("a", 1), container("b", 2), container("c", 3)];

        expect(stopped({ a: 2, b: 3, c: 1 }, held).map(({ id }) => id)).toEqual(["b", "c"]);
    });

    it.each<[string, ContainerSummary, readonly string[]]>([
        ["is of another stack", container("b", 82, { labels: { [composeLabels.project]: "other" } }), []],
        ["does not run", container("b", 82, { state: "exited" }), []],
        ["keeps it", container("b", 82), ["b"]],
        [
            "has it for another protocol",
            container("b", 82, { bindings: [{ host: "", port: 82, protocol: "udp" }] }),
            [],
        ],
    ])("stay with one that %s", (_, holder, unchanged) => {
        expect(stopped({ a: 82, b: 81 }, [holder], unchanged)).toEqual([]);
    });
});
