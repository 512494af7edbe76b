import type { Route } from "./route.ts";
import { approvalRoutes } from "./routes/approval-routes.ts";
import { artifactRoutes } from "./routes/artifact-routes.ts";
import { badgeRoutes } from "./routes/badge-routes.ts";
import { buildConfigRoutes } from "./routes/build-config-routes.ts";
import { deploymentRoutes } from "./routes/deployment-routes.ts";
import { diskRoutes } from "./routes/disk-routes.ts";
import { discoveryRoutes } from "./routes/discovery-routes.ts";
import { driftRoutes } from "./routes/drift-routes.ts";
import { hookRoutes } from "./routes/hook-routes.ts";
import { pipelineFileRoutes } from "./routes/pipeline-file-routes.ts";
import { pipelineRoutes } from "./routes/pipeline-routes.ts";
import { registryRoutes } from "./routes/registry-routes.ts";
import { releaseRoutes } from "./routes/release-routes.ts";
import { repositoryRoutes } from "./routes/repository-routes.ts";
import { sessionRoutes } from "./routes/session-routes.ts";
import { stackRoutes } from "./routes/stack-routes.ts";
import { targetRoutes } from "./routes/target-routes.ts";
import { tokenRoutes } from "./routes/token-routes.ts";
import { webhookEventRoutes } from "./routes/webhook-event-routes.ts";

/** Every REST route below `/api/v1`. The documentation and the server are made of this table. */
export const routes: readonly Route[] = [
    ...sessionRoutes,
    ...stackRoutes,
    ...repositoryRoutes,
    ...hookRoutes,
    ...discoveryRoutes,
    ...buildConfigRoutes,
    ...deploymentRoutes,
    ...approvalRoutes,
    ...driftRoutes,
    ...releaseRoutes,
    ...pipelineFileRoutes,
    ...badgeRoutes,
    ...artifactRoutes,
    ...pipelineRoutes,
    ...webhookEventRoutes,
    ...registryRoutes,
    ...targetRoutes,
    ...tokenRoutes,
    ...diskRoutes,
];
