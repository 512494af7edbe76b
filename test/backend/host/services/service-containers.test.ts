import { expect, it } from "vitest";
import type { StackContainer } from "../../../../backend/host/core/stack.ts";
import { serviceContainers } from "../../../../backend/host/services/service-containers.ts";

const container: StackContainer = { project: "demo", service: "web", state: "running", oneOff: false };

it("lists a stack's containers by service and replica, without those of single runs", () => {
    const containers = [
        { ...container, name: "demo-web-2", replica: 2, health: "starting", image: "nginx:1" },
        { ...container, name: "demo-web-run-1", oneOff: true },
        { ...container, name: "demo-web-1", replica: 1 },
        { ...container, name: "demo-db-1", service: "db", state: "exited" },
    ];
    expect(serviceContainers(containers)).toEqual([
        { service: "db", name: "demo-db-1", index: 0, status: "exited", image: "" },
        { service: "web", name: "demo-web-1", index: 0, status: "running", image: "" },
        { service: "web", name: "demo-web-2", index: 1, status: "starting", image: "nginx:1" },
    ]);
});
