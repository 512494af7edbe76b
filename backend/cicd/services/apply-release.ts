import { composeUp } from "../commands/compose.ts";
import type { ServicePlan } from "../compose/plan-service.ts";
import type { ContainerState, Engine } from "../core/engine.ts";
import { composeLabels } from "../core/engine.ts";
import type { DeploymentErrorCode } from "../../../common/schema/deployment.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { ReleaseStore } from "../core/release.ts";
import type { CommandResult, TargetHost } from "../core/target-host.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { type GlobalEnvironmentPorts, globalVariables } from "./global-environment.ts";
import { noteApplied } from "./note-applied.ts";
import type { ApplyInput, Plan } from "./plan-release.ts";
import { composeEnvironment } from "./stack-environment.ts";
import { inspectStack, showLogs } from "./verify-release.ts";
import { writeStackFiles } from "./write-stack-files.ts";

/** Beside what the services themselves may take: stopping old containers, creating new ones. */
const applyTimeoutSeconds = 600;

export interface ApplyPorts extends GlobalEnvironmentPorts {
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: Files;
    readonly releases: Pick<ReleaseStore, "update">;
    readonly hash: (text: string) => string;
}

/**
 * Puts a planned release in place: files first, then one `docker compose up` per service that differs, in dependency
 * order, so that the others keep running without a gap. A running command is never cut; when the run was asked to end,
 * no further one is begun.
 */
export async function applyRelease(
    ports: ApplyPorts,
    run: DeploymentRun,
    input: ApplyInput,
    plan: Plan,
): Promise<void> {
    await writeStackFiles(ports.files, plan.filesInput, plan.files);
    for (const { name, imageId } of plan.imageTags) {
        run.say(`${name} is the name of ${imageId} from now on`);
        await ports.engine.tagImage(imageId, name);
    }
    if (!input.start) {
        return;
    }
    for (const container of plan.services.removeFirst) {
        run.say(`Removing container ${container.name}: ${container.reason}`);
        await ports.engine.removeContainer(container.id);
    }
    for (const { service, containerIds } of plan.services.removed) {
        run.say(`Removing ${service}: it is gone from the compose file`);
        await removeService(ports.engine, containerIds);
    }
    for (const container of plan.services.stopFirst) {
        run.say(`Stopping container ${container.name}: ${container.reason}`);
        await ports.engine.stopContainer(container.id);
    }
    const touched = plan.services.services.filter(({ action }) => action !== "none");
    for (const service of touched.filter((one) => !plan.broughtAlong.has(one.service))) {
        input.signal.throwIfAborted();
        await bringUp(ports, run, plan, service);
    }
    await noteApplied(ports, run.stack, plan);
}

async function removeService(engine: Engine, containerIds: readonly string[]): Promise<void> {
    for (const id of containerIds) {
        await engine.stopContainer(id);
        await engine.removeContainer(id);
    }
}

async function bringUp(ports: ApplyPorts, run: DeploymentRun, plan: Plan, service: ServicePlan): Promise<void> {
    run.say(`${service.service}: ${service.action} (${service.reasons.join(", ")})`);
    const first = await up(ports, run, plan, service);
    if (first.exitCode === 0) {
        return;
    }
    if (!(await clearLeftovers(ports.engine, run))) {
        throw await upFailure(ports.engine, run, service.service, first);
    }
    // An interrupted recreate leaves its replacement under a temporary name, which makes the next `up` fail once.
    const second = await up(ports, run, plan, service);
    if (second.exitCode !== 0) {
        throw await upFailure(ports.engine, run, service.service, second);
    }
}

async function up(ports: ApplyPorts, run: DeploymentRun, plan: Plan, service: ServicePlan): Promise<CommandResult> {
    const globals = await globalVariables(ports, await ports.files.readText(plan.stackDirectory, ".env"));
    return run.command(
        ports.target,
        composeUp({
            stack: run.stack,
            directory: plan.stackDirectory,
            environment: { ...globals, ...composeEnvironment(plan.release.variables) },
            service: service.service,
            force: service.force,
        }),
        { signal: new AbortController().signal, timeoutSeconds: applyTimeoutSeconds },
    );
}

async function clearLeftovers(engine: Engine, run: DeploymentRun): Promise<boolean> {
    const containers = await engine.listContainers([`${composeLabels.project}=${run.stack}`]);
    const left = containers.filter(({ name, state }) => state === "created" && /^\/?[0-9a-f]{12}_/.test(name));
    for (const container of left) {
        run.say(`Removing ${container.name}, left over from an interrupted change`);
        await engine.removeContainer(container.id);
    }
    return left.length > 0;
}

const knownFailures: readonly (readonly [RegExp, DeploymentErrorCode])[] = [
    [/port is already allocated|address already in use/i, "port_taken"],
    [/container name .* is already in use/i, "name_taken"],
    [/no such image/i, "image_missing"],
    [/no space left on device/i, "disk_full"],
    [/cannot connect to the docker daemon/i, "engine_unavailable"],
    [/is unhealthy|didn't complete successfully/i, "unhealthy"],
];

async function upFailure(
    engine: Engine,
    run: DeploymentRun,
    service: string,
    result: CommandResult,
): Promise<DeploymentFailure> {
    const words = result.stderrTail.trim().split("\n").at(-1) ?? "";
    const code = knownFailures.find(([pattern]) => pattern.test(result.stderrTail))?.[1] ?? "apply_failed";
    const how = result.timedOut ? `did not come up within ${applyTimeoutSeconds} s` : "could not be started";
    if (code === "unhealthy") {
        const states = await inspectStack(engine, run.stack);
        await showLogs(engine, run, states.filter(hasFailed));
    }
    return new DeploymentFailure(code, `${service} ${how}: ${words}`);
}

function hasFailed(state: ContainerState): boolean {
    const hasEnded = state.status === "exited" && state.exitCode !== 0;
    return hasEnded || state.status === "restarting" || state.health === "unhealthy";
}
