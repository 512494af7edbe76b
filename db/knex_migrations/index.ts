import { settingTable } from "./2023-10-20-0829-setting-table.ts";
import { userTable } from "./2023-10-20-0829-user-table.ts";
import { agentTable } from "./2023-12-20-2117-agent-table.ts";
import { repositories } from "./cicd/0001-repositories.ts";
import { buildConfigs } from "./cicd/0002-build-configs.ts";
import { deployments } from "./cicd/0003-deployments.ts";
import { webhookEvents } from "./cicd/0004-webhook-events.ts";
import { pipelines } from "./cicd/0005-pipelines.ts";
import { variablesRegistriesTargets } from "./cicd/0006-variables-registries-targets.ts";
import { peopleAndTokens } from "./cicd/0007-people-and-tokens.ts";
import { triggersAndSsh } from "./cicd/0008-triggers-and-ssh.ts";
import { registryOptions } from "./cicd/0009-registries.ts";
import { targets } from "./cicd/0010-targets.ts";
import { releases } from "./cicd/0011-releases.ts";
import { liveOrder } from "./cicd/0012-live-order.ts";
import { pipelineRuns } from "./cicd/0013-pipeline-runs.ts";
import { loginSessions } from "./cicd/0014-login-sessions.ts";
import type { Migration } from "./migration.ts";

/** Dockge's own steps, for its own table `knex_migrations`: exactly these three, or going back to Dockge breaks. */
export const hostMigrations: readonly Migration[] = [settingTable, userTable, agentTable];

/** The plugin's steps, for the table `cicd_migrations`, in order; a new one is added at the end. */
export const cicdMigrations: readonly Migration[] = [
    repositories,
    buildConfigs,
    deployments,
    webhookEvents,
    pipelines,
    variablesRegistriesTargets,
    peopleAndTokens,
    triggersAndSsh,
    registryOptions,
    targets,
    releases,
    liveOrder,
    pipelineRuns,
    loginSessions,
];
