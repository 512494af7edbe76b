import { z } from "zod";
import { Timestamp } from "./timestamp.ts";

export const buildTypes = ["docker_build", "compose_only", "script"] as const;
export const BuildType = z.enum(buildTypes);
export type BuildType = z.infer<typeof BuildType>;

export const BuildCache = z.enum(["local", "inline", "registry"]);
export type BuildCache = z.infer<typeof BuildCache>;

const variableName = z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, "name: use letters, digits and _, not starting with a digit");

/** No environment of a program can hold a NUL. */
const withoutNul = z
    .string()
    .max(65_536)
    .refine((text) => !text.includes("\0"), "it holds a NUL character; leave that out");

export const BuildArg = z.strictObject({ name: variableName, value: withoutNul });
export type BuildArg = z.infer<typeof BuildArg>;

/** A variable as the outside sees it: a secret reads as `value: null`. */
export const EnvVar = z.object({ name: z.string(), value: z.string().nullable(), secret: z.boolean() });
export type EnvVar = z.infer<typeof EnvVar>;

/** A variable as it is given: a secret without `value` keeps what is stored, with `null` it is removed. */
export const EnvVarInput = z.strictObject({
    name: variableName,
    value: withoutNul.nullish(),
    secret: z.boolean().default(false),
});
export type EnvVarInput = z.infer<typeof EnvVarInput>;

/** Whether a text is a path that stays inside the folder it is relative to. */
export function isInnerPath(path: string): boolean {
    const parts = path.split("/");
    return (
        !path.startsWith("/") && !path.includes("\\") && !path.includes("\0") && !parts.includes("..") && path !== ""
    );
}

/** A path inside the repository. */
export const innerPath = z
    .string()
    .max(1024)
    .refine(isInnerPath, "give a path relative to the repository's root, without '..' and backslashes")
    .refine((path) => !path.startsWith("-"), "a path may not start with '-'");

const commands = z.array(withoutNul.min(1)).max(100);
const regularExpression = z.string().min(1).max(255).refine(isRegularExpression, "not a valid regular expression");

function isRegularExpression(text: string): boolean {
    try {
        new RegExp(text, "u");
        return true;
    } catch {
        return false;
    }
}

/** The fields that a user sets. What is left out takes its default. */
export const BuildConfigInput = z.strictObject({
    buildType: BuildType.default("docker_build"),
    dockerfilePath: innerPath.nullish(),
    composePath: innerPath.nullish(),
    composeFiles: z.array(innerPath).max(20).default([]),
    buildService: z.string().max(255).nullish(),
    contextPath: innerPath.nullish(),
    scriptPath: innerPath.default("build.sh"),
    buildImage: z.string().max(512).nullish(),
    buildArgs: z.array(BuildArg).max(100).default([]),
    preBuildCommands: commands.default([]),
    postBuildCommands: commands.default([]),
    environmentVariables: z.array(EnvVarInput).max(200).default([]),
    timeout: z.int().min(10).max(86_400).default(600),
    autoDeployOnPush: z.boolean().default(true),
    autoDeployBranches: z.array(regularExpression).max(50).default([]),
    autoDeployTags: z.array(regularExpression).max(50).default([]),
    healthCheckPath: z
        .string()
        .max(1024)
        .regex(/^\/[^\s]*$/, "healthCheckPath: start with '/', no spaces")
        .nullish(),
    healthCheckTimeout: z.int().min(1).max(3600).default(60),
    healthCheckService: z.string().max(255).nullish(),
    healthCheckPort: z.int().min(1).max(65_535).nullish(),
    rollbackOnFailure: z.boolean().default(true),
    pipelinePath: innerPath.default("pipeline.yml"),
    /** Branches whose pushes run the pipeline and deploy nothing: regular expressions over the whole name. */
    pipelineBranches: z.array(regularExpression).max(50).default([]),
    /** Whether jobs that ask for it get the engine's socket, which makes them root on the machine; for admins to say. */
    pipelineEngineSocket: z.boolean().default(false),
    registryId: z.string().max(64).nullish(),
    imageTemplate: z.string().max(255).nullish(),
    /** Names of secret variables that a Dockerfile may mount: `RUN --mount=type=secret,id=NAME`. */
    buildSecrets: z.array(variableName).max(50).default([]),
    /** With `dockerfilePath`: the stage to build. */
    buildTarget: z
        .string()
        .max(128)
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "give the name of a stage, in letters, digits, '.', '_' and '-'")
        .nullish(),
    /** Where builds find layers beside the engine's own cache: in the images pushed before, or in an image of its own. */
    buildCache: BuildCache.default("local"),
    /** Such as `linux/amd64`; empty means the engine's own. */
    platforms: z
        .array(z.string().regex(/^[a-z0-9]+\/[a-z0-9]+(\/v\d)?$/, "give it as os/architecture, such as linux/arm64"))
        .max(8)
        .default([]),
    /** Whether third-party images stay at the digest that was pulled first, until the compose file names another. */
    pinImages: z.boolean().default(false),
    /** The machines that the stack runs on, in turn: ids of targets, `local` for this one; empty means this one. */
    targetIds: z.array(z.string().max(64)).max(20).default([]),
    strategy: z.enum(["recreate", "start_first"]).default("recreate"),
    keepReleases: z.int().min(1).max(100).default(5),
    approval: z.boolean().default(false),
    pullPolicy: z.enum(["missing", "always", "never"]).default("missing"),
    schedule: z.string().max(255).nullish(),
    /** An IANA name such as `Europe/Berlin`; without it the server's own. */
    scheduleTimeZone: z.string().max(64).nullish(),
});
export type BuildConfigInput = z.infer<typeof BuildConfigInput>;

/** How a stack is built, as the outside sees it. */
export const BuildConfig = BuildConfigInput.extend({
    id: z.string(),
    stackId: z.string(),
    repositoryId: z.string(),
    environmentVariables: z.array(EnvVar),
    /** When the schedule comes next. */
    nextScheduledAt: Timestamp.optional(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
});
export type BuildConfig = z.infer<typeof BuildConfig>;
