import { describe, expect, it } from "vitest";
import { changesNothing, type PlanInput, planApply, previewServices } from "../../../../backend/cicd/compose/plan.ts";
import { readServiceModel, serviceHashes } from "../../../../backend/cicd/compose/service-model.ts";
import { composeLabels, type ContainerState, type ContainerSummary } from "../../../../backend/cicd/core/engine.ts";
import { containerState, containerSummary } from "../../../support/containers.ts";

const running = [containerState({ id: "db", service: "db" }), containerState({})];
const services = { web: { image: "web:1", depends_on: { db: {} } }, db: { image: "db:1" } };

function plan(
    wanted: Readonly<Record<string, object>>,
    states: readonly ContainerState[],
    more: Partial<PlanInput> = {},
) {
    const model = readServiceModel(JSON.stringify({ name: "shop", services: wanted }));
    const hashes = serviceHashes(model, (text) => text);
    const imageIds = new Map(Object.keys(wanted).map((name) => [name, "sha256:new"]));
    const input = { project: "shop", model, imageIds, hashes, appliedHashes: hashes, containers: states, others: [] };
    return planApply({ ...input, ...more });
}

function actions(planned: ReturnType<typeof plan>): Readonly<Record<string, string>> {
    return Object.fromEntries(
        planned.services.map(({ service, action, reasons }) => [service, [action, ...reasons].join(": ")]),
    );
}

describe("planApply", () => {
    it("does nothing when all runs as wanted", () => {
        const planned = plan(services, running);

        expect(actions(planned)).toEqual({ db: "none", web: "none" });
        expect(changesNothing(planned)).toBe(true);
    });

    it("creates in dependency order what is not there", () => {
        const planned = plan(services, []);

        expect(planned.services.map(({ service, action }) => [service, action])).toEqual([
            ["db", "create"],
            ["web", "create"],
        ]);
    });

    it.each([
        ["another image id", { imageIds: new Map([["web", "sha256:other"]]) }, "recreate: image changed"],
        ["another configuration", { appliedHashes: { db: "x", web: "y" } }, "recreate: configuration changed"],
        ["no earlier deployment", { appliedHashes: {} }, "recreate: not deployed from git before"],
    ])("recreates for %s", (_, more, expected) => {
        expect(actions(plan(services, running, more))["web"]).toBe(expected);
    });

    it("recreates only the service whose mounted file changed", () => {
        const labelled = (hash: string) => ({
            ...services,
            web: { ...services.web, labels: { "cicd.files-hash": hash } },
        });
        const web = containerState({ labels: { ...containerState({}).labels, "cicd.files-hash": "old" } });

        expect(actions(plan(labelled("new"), [running[0]!, web]))).toEqual({
            db: "none",
            web: "recreate: a mounted file changed",
        });
        expect(actions(plan(labelled("old"), [running[0]!, web]))["web"]).toBe("none");
    });

    it.each([
        ["stopped", { status: "exited" }, "start: not running"],
        ["never started", { status: "created" }, "start: not running"],
        ["restarting", { status: "restarting" }, "none"],
    ] as const)("of a service that is %s", (_, state, expected) => {
        expect(actions(plan({ web: { image: "web:1" } }, [containerState(state)]))["web"]).toBe(expected);
    });

    it.each([
        ["ended well", { status: "exited", exitCode: 0 }, "none"],
        ["failed", { status: "exited", exitCode: 2 }, "start: has not ended well"],
        ["still runs", { status: "running" }, "none"],
    ] as const)("does not run a one-shot service again that %s", (_, state, expected) => {
        const wanted = { web: { image: "web:1", labels: { "cicd.one-shot": "true" } } };

        expect(actions(plan(wanted, [containerState(state)]))["web"]).toBe(expected);
    });

    it("starts missing replicas", () => {
        expect(actions(plan({ web: { image: "a", scale: 2 } }, [containerState({})]))["web"]).toBe(
            "start: 1 of 2 containers",
        );
        expect(actions(plan({ web: { image: "a", scale: 0 } }, []))["web"]).toBe("none");
    });

    it("forces dependents that share with, or ask to be restarted with, a recreated service, and no others", () => {
        const wanted = {
            db: { image: "db:1" },
            web: { image: "web:1", depends_on: { db: { condition: "service_started" } } },
            side: { image: "a", network_mode: "service:db" },
            tied: { image: "a", depends_on: { db: { condition: "service_started", restart: true } } },
        };
        const states = Object.keys(wanted).map((service) => containerState({ id: service, service }));

        const planned = plan(wanted, states, { imageIds: new Map([["db", "sha256:other"]]) });

        expect(actions(planned)).toEqual({
            db: "recreate: image changed",
            web: "none",
            side: "recreate: uses the network, processes or volumes of db, which is recreated",
            tied: "recreate: is to be restarted with db, which is recreated",
        });
        expect(planned.services.filter(({ force }) => force).map(({ service }) => service)).toEqual(["side", "tied"]);
    });

    it("removes services gone from the file, but not inactive or one-off ones, or what runs by hand", () => {
        const states = [
            ...running,
            containerState({ id: "hand", service: "tool", labels: { [composeLabels.version]: "2.26.1" } }),
            containerState({ id: "old", service: "old" }),
            containerState({ id: "debug", service: "debug" }),
            containerState({ id: "run", service: "task", labels: { [composeLabels.oneOff]: "True" } }),
        ];

        const planned = plan(services, states, { inactiveServices: ["debug"] });

        expect(planned.removed).toEqual([{ service: "old", containerIds: ["old"] }]);
        expect(previewServices(planned).at(-1)).toEqual({
            service: "old",
            action: "remove",
            reasons: ["gone from the compose file"],
        });
    });

    it("clears what an interrupted recreate left", () => {
        const leftover = containerState({ id: "l", name: "/0123456789ab_shop-web-1", status: "created" });
        const renamed = containerState({ id: "r", name: "0123456789ab_shop-web-1" });

        expect(plan({ web: { image: "a" } }, [leftover, renamed]).removeFirst).toMatchObject([{ id: "l" }]);
    });
});

describe("conflicts", () => {
    const named = { web: { image: "a", container_name: "the-web", ports: [{ published: "8080", protocol: "tcp" }] } };
    const of = (project: string, service: string) => ({
        [composeLabels.project]: project,
        [composeLabels.service]: service,
    });

    function conflicts(holder: Partial<ContainerSummary>) {
        const { conflicts: found, removeFirst } = plan(named, [], { others: [containerSummary(holder)] });
        return {
            codes: found.map(({ code }) => code),
            text: found.map(({ message }) => message).join(),
            removed: removeFirst.map(({ id }) => id),
        };
    }

    it.each([
        ["this project's same service", { name: "/the-web", labels: of("shop", "web") }, [], []],
        ["this project's other service", { name: "the-web", labels: of("shop", "old") }, [], ["x1"]],
        ["nobody", { name: "the-web" }, [], ["x1"]],
        ["nobody, with the port too", { name: "the-web", publishedPorts: [8080] }, [], ["x1"]],
        ["a foreign project", { name: "the-web", labels: of("blog", "web") }, ["name_taken"], []],
    ])("of a container name held by %s", (_, holder, codes, removed) => {
        expect(conflicts(holder)).toMatchObject({ codes, removed });
    });

    it.each([
        ["a foreign project", { publishedPorts: [8080], labels: of("blog", "app") }, ["port_taken"]],
        ["a lone container", { publishedPorts: [8080] }, ["port_taken"]],
        ["this project", { publishedPorts: [8080], labels: of("shop", "old") }, []],
        ["nobody", { publishedPorts: [8081] }, []],
        ["the other protocol", { publishedPorts: [8080], bindings: [{ host: "", port: 8080, protocol: "udp" }] }, []],
    ])("of a port held by %s", (_, holder, codes) => {
        expect(conflicts(holder).codes).toEqual(codes);
    });

    it("tells apart addresses where they are known", () => {
        const local = { web: { image: "a", ports: [{ published: "80", host_ip: "127.0.0.1", protocol: "tcp" }] } };
        const holder = (host: string) => [
            containerSummary({ publishedPorts: [80], bindings: [{ host, port: 80, protocol: "tcp" }] }),
        ];

        expect(plan(local, [], { others: holder("192.168.1.2") }).conflicts).toEqual([]);
        expect(plan(local, [], { others: holder("0.0.0.0") }).conflicts).toHaveLength(1);
    });

    it("names the holder and the way out", () => {
        expect(conflicts({ name: "/blog-app-1", publishedPorts: [8080], labels: of("blog", "app") }).text).toBe(
            "web: port 8080 of this machine is published by blog-app-1 of the stack blog; choose another port in ports, or stop that container",
        );
    });
});
