import { beforeAll, describe, expect, it } from "vitest";
import { nextTick } from "vue";
import type { DeploymentHealth, ServiceProgress } from "../../../common/schema/deployment-health.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import HealthPanel from "../../../frontend/src/panels/deployment/HealthPanel.vue";
import { mountConnected } from "../support/mount-connected.ts";
import { deployment } from "../support/page-fixtures.ts";

beforeAll(registerIcons);

const verifying = deployment("d1", { status: "deploying", phase: "verifying" });

function service(given: Partial<ServiceProgress>): ServiceProgress {
    const good = { service: "web", state: "healthy", verdict: "healthy", reason: "" } as const;
    return { ...good, containers: 1, wanted: 1, restarts: 0, seconds: 3, ...given };
}

function health(services: readonly ServiceProgress[], given: Partial<DeploymentHealth> = {}): DeploymentHealth {
    return { deploymentId: "d1", stackName: "shop", services: [...services], ended: false, ...given };
}

const starting = service({
    state: "starting",
    verdict: "waiting",
    reason: "web is starting: its health check has not passed yet (exit code 1: no table)",
    check: { exitCode: 1, output: "connecting\nno table" },
    restarts: 2,
});

async function open(known: DeploymentHealth | null, shown = verifying) {
    return mountConnected(HealthPanel, {
        props: { deployment: shown },
        answers: { getDeploymentHealth: { health: known } },
    });
}

describe("the services of a deployment", () => {
    it("are shown to a page that comes when they are verified already", async () => {
        const { wrapper } = await open(health([starting, service({ service: "db", containers: 2, wanted: 3 })]));

        const rows = wrapper.findAll(".health-row").map((row) => row.text());
        expect(rows[0]).toMatch(/web.*starting.*restarted 2 times.*3 s.*is starting.*exit code 1:.*no table/s);
        expect(rows[1]).toMatch(/db.*healthy.*2 of 3 containers/s);
        expect(wrapper.find("h5").text()).toBe("Services");
    });

    it("follow what is pushed for this deployment, and for no other", async () => {
        const { wrapper, transport } = await open(null);
        expect(wrapper.find("section").exists()).toBe(false);

        transport.push("deploymentHealthUpdate", health([service({})], { stable: { seconds: 0, wanted: 10 } }));
        transport.push("deploymentHealthUpdate", health([starting], { deploymentId: "d2" }));
        await nextTick();

        expect(wrapper.find(".health-row").text()).toContain("healthy");
        expect(wrapper.text()).toContain("watching for 10 s");
    });

    it("go when the deployment is done", async () => {
        const { wrapper } = await open(health([service({})], { ended: true }));

        await wrapper.setProps({ deployment: deployment("d1", { status: "successful", phase: "done" }) });

        expect(wrapper.find("section").exists()).toBe(false);
    });

    it("stay as they were last where it failed, on the machine where that was", async () => {
        const failed = service({ state: "exited", verdict: "failed", reason: "web exited with code 3" });
        const known = health([failed], { ended: true, machine: "attic" });
        const { wrapper } = await open(known, deployment("d1", { status: "rolled_back", phase: "done" }));

        expect(wrapper.find("h5").text()).toBe("Services on attic when it failed");
        expect(wrapper.find(".health-row").text()).toMatch(/web.*ended.*exited with code 3/s);
    });

    it("are told beside the answer to the health check path", async () => {
        const httpCheck = { url: "http://127.0.0.1:8080/ready", answer: "answers 500", good: false };
        const { wrapper } = await open(health([service({})], { httpCheck }));

        expect(wrapper.text()).toMatch(/http:\/\/127\.0\.0\.1:8080\/ready\s*answers 500/);
    });
});
