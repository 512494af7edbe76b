import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { MachineDisk } from "../../../../common/schema/disk.ts";
import { deploymentStatuses } from "../../../../common/schema/deployment.ts";
import { isTerminal, type DeploymentStore } from "../../core/deployment.ts";
import { type DiskGauges, type Metrics, pollOutcomes } from "../../core/metrics.ts";

export interface PrometheusPorts {
    readonly deployments: Pick<DeploymentStore, "listActive">;
}

interface Instruments {
    readonly registry: Registry;
    readonly ended: Counter;
    readonly duration: Histogram;
    readonly webhooks: Counter;
    readonly polls: Counter;
    readonly diskFree: Gauge;
    readonly diskTotal: Gauge;
}

/** Figures in Prometheus' format. The library is loaded with the first figure: an idle server does without it. */
export function createPrometheusMetrics(ports: PrometheusPorts): Metrics & DiskGauges {
    let loaded: Promise<Instruments> | undefined;
    let disks: readonly MachineDisk[] = [];
    function instruments(): Promise<Instruments> {
        loaded ??= createInstruments(ports);
        return loaded;
    }
    return {
        deploymentEnded(status, seconds) {
            void instruments().then(({ ended, duration }) => {
                ended.inc({ status });
                if (seconds !== undefined) {
                    duration.observe({ status }, seconds);
                }
            });
        },
        webhookAnswered(verdict) {
            void instruments().then(({ webhooks }) => webhooks.inc({ verdict }));
        },
        repositoryPolled(result) {
            void instruments().then(({ polls }) => polls.inc({ result }));
        },
        diskMeasured(machines) {
            disks = machines;
        },
        async render() {
            const { registry, diskFree, diskTotal } = await instruments();
            setDisks(diskFree, diskTotal, disks);
            return { contentType: registry.contentType, text: await registry.metrics() };
        },
    };
}

/** Of a machine that does not answer any more there is no figure, rather than an old one. */
function setDisks(free: Gauge, total: Gauge, disks: readonly MachineDisk[]): void {
    free.reset();
    total.reset();
    for (const { name, spaces } of disks) {
        for (const { place, freeBytes, totalBytes } of spaces) {
            free.set({ machine: name, place }, freeBytes);
            total.set({ machine: name, place }, totalBytes);
        }
    }
}

async function createInstruments({ deployments }: PrometheusPorts): Promise<Instruments> {
    const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await import("prom-client");
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    new Gauge({
        name: "cicd_deployments_active",
        help: "Deployments that wait or run, by status; pending is the length of the queue.",
        labelNames: ["status"],
        registers: [registry],
        async collect() {
            const active = await deployments.listActive();
            for (const status of ["pending", "building", "deploying"]) {
                this.set({ status }, active.filter((row) => row.status === status).length);
            }
        },
    });
    const ended = new Counter({
        name: "cicd_deployments_total",
        help: "Deployments that ended since the server started, by status.",
        labelNames: ["status"],
        registers: [registry],
    });
    for (const status of deploymentStatuses.filter(isTerminal)) {
        ended.inc({ status }, 0);
    }
    const duration = new Histogram({
        name: "cicd_deployment_duration_seconds",
        help: "Time from a deployment's start to its end.",
        labelNames: ["status"],
        buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600],
        registers: [registry],
    });
    const webhooks = new Counter({
        name: "cicd_webhooks_total",
        help: "Answered webhook deliveries since the server started, by verdict.",
        labelNames: ["verdict"],
        registers: [registry],
    });
    const polls = new Counter({
        name: "cicd_polls_total",
        help: "Stacks whose repository was asked for new commits since the server started, by result.",
        labelNames: ["result"],
        registers: [registry],
    });
    for (const result of pollOutcomes) {
        polls.inc({ result }, 0);
    }
    const diskLabels = { labelNames: ["machine", "place"], registers: [registry] };
    const diskFree = new Gauge({
        name: "cicd_disk_free_bytes",
        help: "Free space of the data directory, Docker's and the stacks' directory, by machine.",
        ...diskLabels,
    });
    const diskTotal = new Gauge({
        name: "cicd_disk_total_bytes",
        help: "Size of the file systems that hold them.",
        ...diskLabels,
    });
    return { registry, ended, duration, webhooks, polls, diskFree, diskTotal };
}
