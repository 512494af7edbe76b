import { describe, expect, it } from "vitest";
import { createPrometheusMetrics } from "../../../../../backend/cicd/adapters/metrics/prometheus.ts";
import { createDeploymentStore } from "../../../../../backend/cicd/adapters/sqlite/deployment-store.ts";
import { createTestClock } from "../../../../support/clock.ts";
import { openTestDatabase } from "../../../../support/database.ts";
import { newDeployment } from "../../../../support/records.ts";

describe("Prometheus metrics", () => {
    it("count what ended, what waits and what was delivered", async () => {
        const deployments = createDeploymentStore({ database: await openTestDatabase(), clock: createTestClock() });
        await deployments.create(newDeployment());
        const metrics = createPrometheusMetrics({ deployments });
        metrics.deploymentEnded("successful", 3);
        metrics.deploymentEnded("cancelled", undefined);
        metrics.webhookAnswered("queued");
        metrics.repositoryPolled("deployed");
        const { contentType, text } = await metrics.render();
        expect(contentType).toContain("text/plain");
        const lines = text.split("\n");
        expect(lines).toContain('cicd_deployments_total{status="successful"} 1');
        expect(lines).toContain('cicd_deployments_total{status="failed"} 0');
        expect(lines).toContain('cicd_deployments_active{status="pending"} 1');
        expect(lines).toContain('cicd_deployment_duration_seconds_bucket{le="5",status="successful"} 1');
        expect(lines).toContain('cicd_webhooks_total{verdict="queued"} 1');
        expect(lines).toContain('cicd_polls_total{result="deployed"} 1');
        expect(lines).toContain('cicd_polls_total{result="failed"} 0');
        expect(text).toContain("process_resident_memory_bytes");
    });

    it("tell how full the disks are, and nothing of a machine that does not answer any more", async () => {
        const deployments = createDeploymentStore({ database: await openTestDatabase(), clock: createTestClock() });
        const metrics = createPrometheusMetrics({ deployments });
        const space = { place: "docker", path: "/docker", freeBytes: 5, totalBytes: 100, low: true } as const;
        metrics.diskMeasured([{ id: "t1", name: "attic", spaces: [space] }]);
        const lines = (await metrics.render()).text.split("\n");
        expect(lines).toContain('cicd_disk_free_bytes{machine="attic",place="docker"} 5');
        expect(lines).toContain('cicd_disk_total_bytes{machine="attic",place="docker"} 100');

        metrics.diskMeasured([{ id: "t1", name: "attic", spaces: [], error: "it does not answer" }]);
        expect((await metrics.render()).text).not.toContain("attic");
    });
});
