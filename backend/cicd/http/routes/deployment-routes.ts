import { z } from "zod";
import { Deployment, DeploymentPhase, DeploymentRequest } from "../../../../common/schema/deployment.ts";
import { DeploymentHealth } from "../../../../common/schema/deployment-health.ts";
import { PageQuery } from "../../../../common/schema/page.ts";
import { Preview } from "../../../../common/schema/preview.ts";
import { route, streamRoute, type Route } from "../route.ts";
import { idParams, pageOf, stackParams } from "../schemas.ts";
import { sendLog, type SentLog } from "../send-log.ts";

const tag = "Deployments";

export const deploymentRoutes: readonly Route[] = [
    route({
        method: "post",
        path: "/stacks/{stack}/deployments",
        right: "deploy",
        tag,
        summary:
            "Deploy. What is left out comes from the repository; the same commit already active is answered as it is.",
        status: 202,
        example: { branch: "main", commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904" },
        request: z.object({ params: stackParams, body: DeploymentRequest }),
        response: z.object({ deployment: Deployment }),
        handle: async ({ params, body }, { services, caller }) => ({
            deployment: await services.triggerDeployment({ ...params, request: body, caller }),
        }),
    }),
    route({
        method: "post",
        path: "/stacks/{stack}/preview",
        right: "deploy",
        tag,
        summary: "What a deployment would change; nothing is touched.",
        example: { branch: "main" },
        request: z.object({ params: stackParams, body: DeploymentRequest }),
        response: Preview,
        handle: async ({ params, body }, { services, caller, signal }) =>
            services.previewDeployment({ ...params, request: body, caller, signal }),
    }),
    route({
        method: "get",
        path: "/stacks/{stack}/deployments",
        right: "read",
        tag,
        summary: "A stack's deployments, newest first.",
        request: z.object({ params: stackParams, query: PageQuery }),
        response: pageOf(Deployment),
        handle: async ({ params, query }, { services }) => services.listDeployments(params.stack, query),
    }),
    route({
        method: "get",
        path: "/deployments/{id}",
        right: "read",
        tag,
        summary: "One deployment.",
        request: z.object({ params: idParams }),
        response: Deployment,
        handle: async ({ params }, { services }) => services.findDeployment(params.id),
    }),
    route({
        method: "get",
        path: "/deployments/{id}/health",
        right: "read",
        tag,
        summary:
            "What verifying it saw last, service by service; null before it verifies, and some time after its end. Kept in " +
            "memory only.",
        request: z.object({ params: idParams }),
        response: z.object({ health: DeploymentHealth.nullable() }),
        handle: async ({ params }, { services }) => ({
            health: (await services.findDeploymentHealth(params.id)) ?? null,
        }),
    }),
    streamRoute({
        method: "get",
        path: "/deployments/{id}/logs",
        right: "read",
        tag,
        summary:
            "The log as text. With Accept: text/event-stream it follows live: the id of an event is the number of its line, " +
            "Last-Event-ID resumes after it, the event `end` tells how the deployment ended.",
        contentTypes: ["text/plain", "text/event-stream"],
        request: z.object({
            params: idParams,
            query: z.object({ phase: DeploymentPhase.optional(), job: z.string().max(255).optional() }),
        }),
        async handle({ params, query }, { services, signal }) {
            await services.findDeployment(params.id);
            const log = {
                read: () => services.readWholeLog(params.id),
                follow: (given: Parameters<SentLog["follow"]>[0]) => services.followToEnd({ ...params, ...given }),
            };
            return (request, response) => sendLog({ log, filter: query, signal, request, response });
        },
    }),
    route({
        method: "post",
        path: "/deployments/{id}/cancel",
        right: "deploy",
        tag,
        summary: "Cancel a deployment that waits or runs; one that applies restores the old release first.",
        request: z.object({ params: idParams }),
        response: Deployment,
        handle: async ({ params }, { services, caller }) => services.cancelDeployment({ ...params, caller }),
    }),
    route({
        method: "post",
        path: "/deployments/{id}/rollback",
        right: "deploy",
        tag,
        summary: "Deploy that deployment's release again; answers the new deployment.",
        status: 202,
        request: z.object({ params: idParams }),
        response: Deployment,
        handle: async ({ params }, { services, caller }) => services.rollBackTo({ ...params, caller }),
    }),
];
