import type { Engine } from "./core/engine.ts";
import type { RepositoryStore } from "./core/git-repository.ts";
import type { Host } from "./core/host.ts";
import type { DiskGauges, Metrics } from "./core/metrics.ts";
import type { ReceiveRegistryPush } from "./core/registry-push.ts";
import type { ReceiveWebhook } from "./core/webhook-receiver.ts";
import { createHealthRouter } from "./http/health.ts";
import { createRestRouter } from "./http/router.ts";
import { createWebhookRouter } from "./http/webhook-route.ts";
import type { CicdServices } from "./services/cicd-services.ts";

export interface EdgePorts {
    readonly host: Host;
    readonly metrics: Metrics & DiskGauges;
    readonly engine: Engine;
    readonly repositories: Pick<RepositoryStore, "find">;
    readonly onError: (error: unknown) => void;
}

/** The routers that the host serves. */
export function createRouters(
    { host, metrics, engine, repositories, onError: report }: EdgePorts,
    { version, metricsPublic }: { readonly version: string; readonly metricsPublic: boolean },
    services: CicdServices,
    receive: { readonly receiveWebhook: ReceiveWebhook; readonly receiveRegistryPush: ReceiveRegistryPush },
) {
    const hasHook = async (id: string) => (await repositories.find(id)) !== undefined;
    return [
        createWebhookRouter({ ...receive, hasHook, metrics, report }),
        createRestRouter({ host, version, report, services }),
        createHealthRouter({
            ...{ host, version, report, engine, metrics, metricsPublic },
            lowPlaces: () => services.findLowPlaces(),
        }),
    ];
}
