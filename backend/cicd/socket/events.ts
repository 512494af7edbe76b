import type { CicdServices } from "../services/cicd-services.ts";
import type { CicdHandlers } from "./handlers.ts";
import { diskHandlers } from "./disk-events.ts";
import { createLogSubscriptions } from "./log-subscriptions.ts";
import { pipelineHandlers } from "./pipeline-events.ts";
import { registryHandlers } from "./registry-events.ts";
import { releaseHandlers } from "./release-events.ts";
import { targetHandlers } from "./target-events.ts";

/** The plugin's socket events. Login, right, validation and acks are the host's. Handlers throw AppError. */
export function cicdHandlers(services: CicdServices): CicdHandlers {
    return {
        ...repositoryHandlers(services),
        ...discoveryHandlers(services),
        ...deploymentHandlers(services),
        ...releaseHandlers(services),
        ...registryHandlers(services),
        ...targetHandlers(services),
        ...diskHandlers(services),
        ...pipelineHandlers(services),
        ...createLogSubscriptions(services),
    } satisfies CicdHandlers;
}

function repositoryHandlers(services: CicdServices) {
    return {
        getGitRepository: async ([stack]) => ({ repository: (await services.findRepository(stack)) ?? null }),
        saveGitRepository: async ([stack, input], { caller }) => ({
            repository: await services.connectRepository({ stack, input, force: false, caller, signal: inTime() }),
        }),
        deleteGitRepository: async ([stack], { caller }) => {
            await services.disconnectRepository({ stack, caller });
            return {};
        },
        testGitConnection: async ([stack, input], { caller }) =>
            services.testRepository({ stack, input, caller, signal: inTime() }),
        acceptHostKey: async ([stack, fingerprint]) => ({
            repository: await services.acceptHostKey({ stack, fingerprint, signal: inTime() }),
        }),
        syncRepository: async ([stack], { caller }) => services.syncRepository({ stack, caller, signal: inTime() }),
        getWebhookSecret: async ([stack]) => services.findWebhookAccess(stack),
        getRepositoryHook: async ([stack, access]) => ({
            hook: await services.findRepositoryHook({ stack, access, signal: inTime() }),
        }),
        createRepositoryHook: async ([stack, access]) => ({
            hook: await services.createRepositoryHook({ stack, access, signal: inTime() }),
        }),
        removeRepositoryHook: async ([stack, access]) => ({
            hook: await services.removeRepositoryHook({ stack, access, signal: inTime() }),
        }),
        getBuildConfig: async ([stack]) => ({ buildConfig: (await services.findBuildConfig(stack)) ?? null }),
        saveBuildConfig: async ([stack, input], { caller }) => ({
            buildConfig: await services.saveBuildConfig({ stack, input, caller }),
        }),
        getWebhookEvents: async ([stack, limit, cursor]) => {
            const { items, nextCursor } = await services.listWebhookEvents(stack, { limit, cursor });
            return { events: items, nextCursor };
        },
        redeliverWebhookEvent: async ([id], { caller }) => ({ event: await services.redeliverWebhook({ id, caller }) }),
    } satisfies Partial<CicdHandlers>;
}

function discoveryHandlers(services: CicdServices) {
    return {
        getRepositories: async ([limit, cursor]) => {
            const { items, nextCursor } = await services.listRepositories({ limit, cursor });
            return { repositories: items, nextCursor };
        },
        makeDeployKey: async (_args, { caller }) => services.makeDeployKey(caller),
        discoverRepository: async ([input], { caller }) => services.discoverStacks({ input, caller, signal: inTime() }),
        connectStacks: async ([input], { caller }) => services.connectStacks({ input, caller, signal: inTime() }),
    } satisfies Partial<CicdHandlers>;
}

function deploymentHandlers(services: CicdServices) {
    return {
        triggerBuild: async ([stack, request], { caller }) => ({
            deployment: await services.triggerDeployment({ stack, request: request ?? {}, caller }),
        }),
        previewDeployment: async ([stack, request], { caller }) => ({
            preview: await services.previewDeployment({ stack, request: request ?? {}, caller, signal: inTime() }),
        }),
        cancelBuild: async ([id], { caller }) => ({ deployment: await services.cancelDeployment({ id, caller }) }),
        approveDeployment: async ([id], { caller }) => ({
            deployment: await services.approveDeployment({ id, caller }),
        }),
        rejectDeployment: async ([id], { caller }) => ({ deployment: await services.rejectDeployment({ id, caller }) }),
        getDeploymentPreview: async ([id]) => ({ preview: await services.previewKept({ id, signal: inTime() }) }),
        rollbackDeployment: async ([id], { caller }) => ({ deployment: await services.rollBackTo({ id, caller }) }),
        getStackDrift: async ([stack]) => ({ drift: await services.findDrift(stack) }),
        restoreStack: async ([stack], { caller }) => ({ deployment: await services.restoreLive({ stack, caller }) }),
        getDeploymentDetails: async ([id]) => ({ deployment: await services.findDeployment(id) }),
        getDeploymentHealth: async ([id]) => ({ health: (await services.findDeploymentHealth(id)) ?? null }),
        getDeploymentHistory: async ([stack, limit, cursor]) => {
            const { items, nextCursor } = await services.listDeployments(stack, { limit, cursor });
            return { deployments: items, nextCursor };
        },
        getRecentDeployments: async ([limit]) => ({ deployments: await services.recentDeployments(limit) }),
    } satisfies Partial<CicdHandlers>;
}

/** How long a call that asks the network may take before nobody waits for it any more. */
function inTime(): AbortSignal {
    return AbortSignal.timeout(120_000);
}
