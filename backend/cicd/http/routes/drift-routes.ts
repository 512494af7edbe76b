import { z } from "zod";
import { Deployment } from "../../../../common/schema/deployment.ts";
import { Drift } from "../../../../common/schema/drift.ts";
import { route, type Route } from "../route.ts";
import { stackParams } from "../schemas.ts";

const tag = "Deployments";

export const driftRoutes: readonly Route[] = [
    route({
        method: "get",
        path: "/stacks/{stack}/drift",
        right: "read",
        tag,
        summary: "How the stack's files and containers differ from the release that is live.",
        request: z.object({ params: stackParams }),
        response: Drift,
        handle: async ({ params }, { services }) => services.findDrift(params.stack),
    }),
    route({
        method: "post",
        path: "/stacks/{stack}/restore",
        right: "deploy",
        tag,
        summary: "Deploy the live release again, over what was changed by hand; what did not change is left alone.",
        status: 202,
        request: z.object({ params: stackParams }),
        response: z.object({ deployment: Deployment }),
        handle: async ({ params }, { services, caller }) => ({
            deployment: await services.restoreLive({ ...params, caller }),
        }),
    }),
];
