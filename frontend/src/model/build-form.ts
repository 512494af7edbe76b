import {
    BuildConfigInput,
    type EnvVar,
    type EnvVarInput,
    type BuildArg,
    type BuildConfig,
    type BuildType,
} from "../../../common/schema/build-config.ts";
import type { z } from "zod";
import { imageForm, imageInput, type ImageForm } from "./image-form.ts";
import { machineIds, targetIds } from "./machine-order.ts";

/** A variable in the form. `stored`: a secret whose value the server keeps and does not tell. */
export interface VariableRow {
    name: string;
    value: string;
    secret: boolean;
    stored: boolean;
}

/**
 * The build form as it is typed: texts, empty where nothing is set, lists one per line. What starts a deployment stands
 * in `TriggerForm`.
 */
export interface BuildForm {
    buildType: BuildType;
    composePath: string;
    composeFiles: string;
    dockerfilePath: string;
    contextPath: string;
    buildService: string;
    scriptPath: string;
    buildImage: string;
    buildArgs: BuildArg[];
    preBuildCommands: string;
    postBuildCommands: string;
    variables: VariableRow[];
    timeout: number;
    healthCheckPath: string;
    healthCheckTimeout: number;
    healthCheckService: string;
    healthCheckPort: number | "";
    rollbackOnFailure: boolean;
    keepReleases: number;
    pullPolicy: "missing" | "always" | "never";
    images: ImageForm;
    pipelinePath: string;
    pipelineBranches: readonly string[];
    pipelineEngineSocket: boolean;
    /** At least one, in turn. */
    machines: string[];
}

/** The fields that are always in sight. */
export const plainFields: readonly string[] = [
    "buildType",
    "composePath",
    "dockerfilePath",
    "scriptPath",
    "healthCheckPath",
    "environmentVariables",
    "rollbackOnFailure",
    "targetIds",
];

type RawInput = z.input<typeof BuildConfigInput>;

/** The form of a stored configuration, or of the defaults. */
export function toForm(config: BuildConfig | BuildConfigInput): BuildForm {
    return {
        buildType: config.buildType,
        composePath: config.composePath ?? "",
        composeFiles: config.composeFiles.join("\n"),
        dockerfilePath: config.dockerfilePath ?? "",
        contextPath: config.contextPath ?? "",
        buildService: config.buildService ?? "",
        scriptPath: config.scriptPath,
        buildImage: config.buildImage ?? "",
        buildArgs: config.buildArgs.map((arg) => ({ ...arg })),
        preBuildCommands: config.preBuildCommands.join("\n"),
        postBuildCommands: config.postBuildCommands.join("\n"),
        variables: config.environmentVariables.map(toRow),
        timeout: config.timeout,
        healthCheckPath: config.healthCheckPath ?? "",
        healthCheckTimeout: config.healthCheckTimeout,
        healthCheckService: config.healthCheckService ?? "",
        healthCheckPort: config.healthCheckPort ?? "",
        rollbackOnFailure: config.rollbackOnFailure,
        keepReleases: config.keepReleases,
        pullPolicy: config.pullPolicy,
        images: imageForm(config),
        pipelinePath: config.pipelinePath,
        pipelineBranches: [...config.pipelineBranches],
        pipelineEngineSocket: config.pipelineEngineSocket,
        machines: machineIds(config.targetIds),
    };
}

/** The names of the secret ones. */
export function secretNames(variables: readonly VariableRow[]): readonly string[] {
    return variables.filter(({ secret }) => secret).map(({ name }) => name);
}

function toRow(variable: EnvVarInput): VariableRow {
    return {
        name: variable.name,
        value: variable.value ?? "",
        secret: variable.secret,
        stored: variable.secret && (variable.value ?? null) === null,
    };
}

/** What the form sends. Fields that the form does not show stay as they are in `base`. */
export function toInput(form: BuildForm, base: BuildConfigInput): RawInput {
    return {
        ...base,
        buildType: form.buildType,
        composePath: textOrNull(form.composePath),
        composeFiles: linesOf(form.composeFiles),
        dockerfilePath: textOrNull(form.dockerfilePath),
        contextPath: textOrNull(form.contextPath),
        buildService: textOrNull(form.buildService),
        scriptPath: textOrNull(form.scriptPath) ?? undefined,
        buildImage: textOrNull(form.buildImage),
        buildArgs: form.buildArgs.filter(({ name }) => name !== ""),
        preBuildCommands: linesOf(form.preBuildCommands),
        postBuildCommands: linesOf(form.postBuildCommands),
        environmentVariables: [
            ...form.variables.filter(({ name }) => name !== "").map(toVariable),
            ...removedSecrets(form, base),
        ],
        timeout: form.timeout,
        healthCheckPath: textOrNull(form.healthCheckPath),
        healthCheckTimeout: form.healthCheckTimeout,
        healthCheckService: textOrNull(form.healthCheckService),
        healthCheckPort: form.healthCheckPort === "" ? null : form.healthCheckPort,
        rollbackOnFailure: form.rollbackOnFailure,
        keepReleases: form.keepReleases,
        pullPolicy: form.pullPolicy,
        pipelinePath: textOrNull(form.pipelinePath) ?? undefined,
        pipelineBranches: [...form.pipelineBranches],
        pipelineEngineSocket: form.pipelineEngineSocket,
        targetIds: targetIds(form.machines),
        ...imageInput(form.images, {
            secrets: secretNames(form.variables),
            hasDockerfile: form.dockerfilePath.trim() !== "",
        }),
    };
}

/** A stored secret that is merely left out would be kept: one whose row was removed is sent as `null`. */
function removedSecrets(form: BuildForm, base: BuildConfigInput): z.input<typeof EnvVarInput>[] {
    const names = new Set(form.variables.map(({ name }) => name));
    const gone = base.environmentVariables.filter(({ name, secret }) => secret && !names.has(name));
    return gone.map(({ name }) => ({ name, value: null, secret: true }));
}

/** A stored secret goes without a value, which keeps it. */
function toVariable(row: VariableRow): z.input<typeof EnvVarInput> {
    const keeps = row.secret && row.stored && row.value === "";
    return keeps ? { name: row.name, secret: true } : { name: row.name, value: row.value, secret: row.secret };
}

function textOrNull(text: string): string | null {
    return text.trim() === "" ? null : text.trim();
}

function linesOf(text: string): string[] {
    return text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
}

/** The fields of a stored configuration that can be sent back; the rest (ids, times) the server sets. */
export function inputOf(config: BuildConfig): BuildConfigInput {
    const {
        id: _id,
        stackId: _stackId,
        repositoryId: _repositoryId,
        createdAt: _created,
        updatedAt: _updated,
        nextScheduledAt: _next,
        ...rest
    } = config;
    return { ...rest, environmentVariables: config.environmentVariables.map(keptVariable) };
}

/** A secret's value reads as null, which would remove it when it is sent back; without a value it is kept. */
function keptVariable({ name, value, secret }: EnvVar): EnvVarInput {
    return secret && value === null ? { name, secret } : { name, value, secret };
}

/** The defaults of a stack that has no configuration yet. */
export function defaultBuildConfig(): BuildConfigInput {
    return BuildConfigInput.parse({});
}
