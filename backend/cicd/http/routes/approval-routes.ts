import { z } from "zod";
import { Deployment } from "../../../../common/schema/deployment.ts";
import { Preview } from "../../../../common/schema/preview.ts";
import { route, type Route } from "../route.ts";
import { idParams } from "../schemas.ts";

const tag = "Deployments";

export const approvalRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/deployments/{id}/preview",
        right: "read",
        tag,
        summary: "What putting this deployment's kept release live now would change; nothing is touched.",
        request: z.object({ params: idParams }),
        response: Preview,
        handle: async ({ params }, { services, signal }) => services.previewKept({ ...params, signal }),
    }),
    route({
        method: "post",
        path: "/deployments/{id}/approve",
        right: "deploy",
        tag,
        summary: "Let a deployment that waits for approval go live.",
        request: z.object({ params: idParams }),
        response: Deployment,
        handle: async ({ params }, { services, caller }) => services.approveDeployment({ ...params, caller }),
    }),
    route({
        method: "post",
        path: "/deployments/{id}/reject",
        right: "deploy",
        tag,
        summary: "End a deployment that waits for approval; nothing of the stack is touched.",
        request: z.object({ params: idParams }),
        response: Deployment,
        handle: async ({ params }, { services, caller }) => services.rejectDeployment({ ...params, caller }),
    }),
];
