import { AppError } from "../../../common/errors.ts";
import type { BuildConfig, BuildConfigInput } from "../../../common/schema/build-config.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { type BuildConfigRecord, mergeVariables, viewBuildConfig } from "../core/build-config.ts";
import type { Caller } from "../core/host.ts";
import type { DeployTargetStore } from "../core/deploy-target.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import { isRuleTooCostly } from "../core/push-rules.ts";
import { type BuildExtrasPorts, checkBuildExtras } from "./check-build-extras.ts";
import { checkTargets } from "./check-targets.ts";
import { checkSchedule, nextScheduledAt, type ScheduleTimesPorts } from "./schedule-times.ts";

export interface BuildConfigPorts extends ScheduleTimesPorts, BuildExtrasPorts {
    readonly buildConfigs: BuildConfigStore;
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly deployTargets: Pick<DeployTargetStore, "find">;
}

/** A stack's build configuration without the values of secrets; undefined where it has none. */
export async function findBuildConfig(ports: BuildConfigPorts, stack: string): Promise<BuildConfig | undefined> {
    const record = await ports.buildConfigs.findByStack(stack);
    return record === undefined ? undefined : viewScheduled(ports, record);
}

function viewScheduled(ports: BuildConfigPorts, record: BuildConfigRecord): BuildConfig {
    return { ...viewBuildConfig(record), nextScheduledAt: nextScheduledAt(ports, record) };
}

export interface SaveBuildConfigCall {
    readonly stack: string;
    readonly input: BuildConfigInput;
    readonly caller: Caller;
}

/**
 * Replaces a stack's build configuration. A secret variable that is left out is kept, one given as `null` is removed.
 * Throws `conflict` where the stack is not connected, `invalid` for a name that is given twice or a schedule that
 * cannot be read, `forbidden` where somebody who is no admin gives jobs the engine's socket.
 */
export async function saveBuildConfig(
    ports: BuildConfigPorts,
    { stack, input, caller }: SaveBuildConfigCall,
): Promise<BuildConfig> {
    const repository = await ports.repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError(
            "conflict",
            `build-config: the stack "${stack}" is not connected to a repository; connect one first`,
        );
    }
    checkUnique("environmentVariables", input.environmentVariables);
    checkUnique("buildArgs", input.buildArgs);
    checkRules("autoDeployBranches", input.autoDeployBranches);
    checkRules("autoDeployTags", input.autoDeployTags);
    checkRules("pipelineBranches", input.pipelineBranches);
    checkSchedule(ports, input);
    await checkTargets(ports, input.targetIds);
    const stored = await ports.buildConfigs.findByStack(stack);
    checkEngineSocket(input, stored, caller);
    const environmentVariables = mergeVariables(input.environmentVariables, stored?.environmentVariables ?? []);
    await checkBuildExtras(ports, input, environmentVariables);
    const saved = await ports.buildConfigs.save({
        ...input,
        environmentVariables,
        stackId: stack,
        repositoryId: repository.id,
    });
    return viewScheduled(ports, saved);
}

/** Who may leave it on need not be who switched it on; with it, jobs are root on the machine. */
function checkEngineSocket(
    { pipelineEngineSocket }: BuildConfigInput,
    stored: BuildConfigRecord | undefined,
    { rights }: Caller,
): void {
    if (pipelineEngineSocket && stored?.pipelineEngineSocket !== true && !rights.includes("admin")) {
        throw new AppError(
            "forbidden",
            "pipelineEngineSocket: jobs that hold the engine's socket are root on this machine; ask an admin to switch it on",
        );
    }
}

function checkRules(field: string, rules: readonly string[]): void {
    const costly = rules.findIndex(isRuleTooCostly);
    if (costly !== -1) {
        throw new AppError(
            "invalid",
            `${field}.${costly}: "${rules[costly] ?? ""}" may take endless time to match; ` +
                "write it without a repetition of what repeats, such as v[0-9.]+",
        );
    }
}

function checkUnique(field: string, entries: readonly { readonly name: string }[]): void {
    const names = entries.map(({ name }) => name);
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice !== -1) {
        throw new AppError(
            "invalid",
            `${field}.${twice}.name: ${names[twice] ?? ""} is given twice; remove one of them`,
        );
    }
}
