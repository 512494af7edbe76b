import { z } from "zod";
import { BuildCache, BuildConfigInput, BuildType } from "../../../../common/schema/build-config.ts";
import type { Cipher } from "../../../platform/crypto/cipher.ts";
import { randomId } from "../../../platform/crypto/random-id.ts";
import { flag, json } from "../../../platform/sqlite/columns.ts";
import type { Database } from "../../../platform/sqlite/database.ts";
import { orUnavailable } from "../../../platform/sqlite/failure.ts";
import { firstRow, openTable } from "../../../platform/sqlite/table.ts";
import type { BuildConfigRecord, BuildConfigStore, Variable } from "../../core/build-config.ts";
import type { Clock } from "../../core/clock.ts";
import { readBuildArgs, readVariables, replaceEntries, type BuildArgs } from "./build-config-entries.ts";

const tableName = "build_configs";
const text = z.string().nullish();
const texts = json(z.array(z.string()));

const columns = z.object({
    id: z.string(),
    stackId: z.string(),
    repositoryId: z.string(),
    buildType: BuildType,
    dockerfilePath: text,
    composePath: text,
    composeFiles: texts,
    buildService: text,
    contextPath: text,
    scriptPath: z.string(),
    buildImage: text,
    preBuildCommands: texts,
    postBuildCommands: texts,
    timeout: z.int(),
    autoDeployOnPush: flag,
    autoDeployBranches: texts,
    autoDeployTags: texts,
    healthCheckPath: text,
    healthCheckTimeout: z.int(),
    healthCheckService: text,
    healthCheckPort: z.int().nullish(),
    rollbackOnFailure: flag,
    pipelinePath: z.string(),
    pipelineBranches: texts,
    pipelineEngineSocket: flag,
    registryId: text,
    imageTemplate: text,
    buildSecrets: texts,
    buildTarget: text,
    buildCache: BuildCache,
    platforms: texts,
    pinImages: flag,
    targetIds: texts,
    strategy: BuildConfigInput.shape.strategy.unwrap(),
    keepReleases: z.int(),
    approval: flag,
    pullPolicy: BuildConfigInput.shape.pullPolicy.unwrap(),
    schedule: text,
    scheduleTimeZone: text,
    createdAt: z.string(),
    updatedAt: z.string(),
});

type Columns = z.output<typeof columns>;

/** Build configurations in SQLite, with their arguments and variables in tables of their own. */
export function createBuildConfigStore(ports: {
    readonly database: Database;
    readonly cipher: Cipher;
    readonly clock: Clock;
}): BuildConfigStore {
    const { cipher, clock } = ports;
    const { knex } = ports.database;
    const table = openTable(ports.database, tableName, columns);

    async function withEntries(found: Columns | undefined): Promise<BuildConfigRecord | undefined> {
        if (found === undefined) {
            return undefined;
        }
        const buildArgs = await readBuildArgs(knex, found.id);
        return record(found, buildArgs, await readVariables(knex, cipher, found.id));
    }

    return {
        find: async (id) => withEntries(await table.find("id = ?", [id])),
        findByStack: async (stackId) => withEntries(await table.find("stack_id = ?", [stackId])),
        async list() {
            const found = await table.list("1 = 1 order by stack_id");
            const buildArgs = await readBuildArgs(knex);
            const variables = await readVariables(knex, cipher);
            return found.map((config) => record(config, buildArgs, variables));
        },
        async save(config) {
            const { buildArgs, environmentVariables, ...fields } = config;
            const now = clock.now().toISOString();
            const given = { ...cleared, ...table.toRow({ ...fields, updatedAt: now }) };
            const saving = knex.transaction(async (transaction) => {
                const rows: unknown = await transaction(tableName)
                    .insert({ ...given, id: randomId(), created_at: now })
                    .onConflict("stack_id")
                    .merge(Object.keys(given))
                    .returning("*");
                const saved = table.fromRow(firstRow(rows));
                await replaceEntries(transaction, cipher, saved.id, { buildArgs, environmentVariables });
                return saved;
            });
            return { ...(await orUnavailable(saving)), buildArgs: [...buildArgs], environmentVariables };
        },
        async delete(stackId) {
            await orUnavailable(knex(tableName).where({ stack_id: stackId }).delete());
        },
    };
}

/** A column that the new configuration leaves out is emptied. */
const cleared = {
    dockerfile_path: null,
    compose_path: null,
    build_service: null,
    context_path: null,
    build_image: null,
    health_check_path: null,
    health_check_service: null,
    health_check_port: null,
    registry_id: null,
    image_template: null,
    build_target: null,
    schedule: null,
    schedule_time_zone: null,
} as const;

function record(
    config: Columns,
    buildArgs: ReadonlyMap<string, BuildArgs>,
    variables: ReadonlyMap<string, readonly Variable[]>,
): BuildConfigRecord {
    return {
        ...config,
        buildArgs: [...(buildArgs.get(config.id) ?? [])],
        environmentVariables: variables.get(config.id) ?? [],
    };
}
