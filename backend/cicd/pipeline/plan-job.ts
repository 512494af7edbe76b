import type { PipelineArtifacts } from "../../../common/schema/pipeline-artifacts.ts";
import type { PipelineCache } from "../../../common/schema/pipeline-cache.ts";
import { secondsOf } from "../../../common/schema/pipeline-duration.ts";
import type { PipelineDefaults, PipelineJob } from "../../../common/schema/pipeline-job.ts";
import type { PlannedArtifacts, PlannedCache, PlannedJob } from "../../../common/schema/pipeline-plan.ts";
import { bytesOf, cpusOf, type PipelineResources } from "../../../common/schema/pipeline-resources.ts";
import { type PipelineRetry, RetryReason } from "../../../common/schema/pipeline-retry.ts";
import type { SideScript } from "../../../common/schema/pipeline-script.ts";
import type { RuledJob } from "./apply-rules.ts";
import { addKnown } from "./fill-known.ts";
import { addVariables, fillText, type Variables } from "./fill-text.ts";
import type { JobSource } from "./job-source.ts";
import { type Combination, nameInMatrix } from "./matrix.ts";
import { planServices } from "./plan-services.ts";

/** A job of a plan, before it is known what waits for what. */
export type UnlinkedJob = Omit<PlannedJob, "waitsFor" | "needs" | "artifactsFrom" | "optional">;

/** What one job of a plan is made of. */
export interface JobParts {
    readonly source: JobSource;
    readonly stage: string;
    readonly ruled: RuledJob;
    readonly combination: Combination;
    readonly defaults: PipelineDefaults;
    /** What the server tells every job. */
    readonly given: Variables;
}

const defaultExpiry = "7d";

/** Puts in every default and variable. Throws TextTooLong where values multiply. */
export function planJob(parts: JobParts): UnlinkedJob {
    const { source, stage, ruled, combination, defaults, given } = parts;
    const job: PipelineJob = { ...defaults, ...source.spec };
    const name = nameInMatrix(source.name, combination);
    const variables = addVariables(given, ownVariables(parts));
    const known = addKnown(given, ownVariables(parts));
    const { timeout, working_directory: folder, entrypoint, user } = job;
    return {
        name,
        definition: source.name,
        stage,
        image: fillText(job.image ?? "", variables),
        beforeScript: commandsOf(job.before_script),
        script: commandsOf(job.script),
        afterScript: commandsOf(job.after_script),
        variables: without(known, addKnown(given, {})),
        services: planServices(job.services, { images: variables, known }),
        ...(job.artifacts === undefined ? {} : { artifacts: planArtifacts(job.artifacts, variables) }),
        cache: planCache(job.cache, name, variables),
        when: ruled.when,
        allowFailure: ruled.allowFailure,
        ...(timeout === undefined ? {} : { timeoutSeconds: secondsOf(timeout) }),
        retry: planRetry(job.retry),
        resources: planResources(job.resources),
        ...(folder === undefined ? {} : { workingDirectory: fillText(folder, variables) }),
        ...(entrypoint === undefined ? {} : { entrypoint: [entrypoint].flat() }),
        ...(user === undefined ? {} : { user: String(user) }),
        docker: job.docker ?? false,
    };
}

/** The variables that a job has of the file: those of the top, its own, its rule's, its combination's; later ones win. */
export function ownVariables({ source, ruled, combination, defaults }: JobParts): JobVariables {
    return { ...defaults.variables, ...source.spec.variables, ...ruled.variables, ...combination };
}

type JobVariables = Readonly<Record<string, string | number | boolean>>;

/** What the server tells is put in by who runs the job. */
function without(variables: Variables, given: Variables): Record<string, string> {
    return Object.fromEntries(
        Object.entries(variables).filter(([key, value]) => !Object.hasOwn(given, key) || given[key] !== value),
    );
}

/** The commands of a script as it stands in the file. */
export function commandsOf(script: SideScript | undefined): string[] {
    return [script ?? []].flat(2);
}

function planArtifacts({ paths, when, expire_in: expiry }: PipelineArtifacts, variables: Variables): PlannedArtifacts {
    return {
        paths: paths.map((path) => fillText(path, variables)),
        when: when ?? "on_success",
        expireSeconds: expiry === "never" ? null : secondsOf(expiry ?? defaultExpiry),
    };
}

function planCache(cache: PipelineCache | undefined, name: string, variables: Variables): PlannedCache[] {
    return [cache ?? []].flat().map(({ key, paths }) => ({
        key: key === undefined ? name : fillText(key, variables),
        paths: paths.map((path) => fillText(path, variables)),
    }));
}

function planRetry(retry: PipelineRetry = 0): PlannedJob["retry"] {
    if (typeof retry === "number") {
        return { max: retry, when: [...RetryReason.options] };
    }
    return { max: retry.max, when: [retry.when ?? RetryReason.options].flat() };
}

function planResources({ cpu, memory }: PipelineResources = {}): PlannedJob["resources"] {
    return {
        ...(cpu === undefined ? {} : { cpus: cpusOf(cpu) }),
        ...(memory === undefined ? {} : { memoryBytes: bytesOf(memory) }),
    };
}
