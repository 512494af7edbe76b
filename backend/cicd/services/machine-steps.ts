import { localMachineId, type Machine } from "../core/machine.ts";
import type { Release } from "../core/release.ts";
import { releaseOn, releasesOn } from "../core/release-on-machine.ts";
import { applyRelease } from "./apply-release.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { guardOwnStack, type GuardOwnStackPorts } from "./guard-own-stack.ts";
import { type Hold, holdMachine, type HoldPorts } from "./hold-machine.ts";
import { type ApplyInput, type Plan, planRelease, type PlanPorts } from "./plan-release.ts";
import { registryEngine, type RegistryEnginePorts } from "./registry-engine.ts";
import { sendEnvironment } from "./send-environment.ts";
import { sendImages } from "./send-images.ts";
import { snapshotRelease, type SnapshotPorts } from "./snapshot-release.ts";
import { stopStack } from "./stop-stack.ts";
import { verifyRelease, type VerifyPorts } from "./verify-release.ts";
import { waitForEngine } from "./wait-for-engine.ts";

/** What the deployment engine does with a stack on one of its machines. */
export interface MachineSteps {
    readonly id: string;
    readonly name: string;
    /** Whether the way to it may break. */
    readonly isRemote: boolean;
    /** Keeps other servers from deploying the stack there meanwhile. Throws `target_busy`. */
    hold(run: DeploymentRun): Promise<Hold>;
    /** What the machine has made of a release. */
    releaseOn(release: Release): Release;
    /** What applying would change; throws where it cannot be done. Touches nothing of what runs. */
    plan(run: DeploymentRun, input: ApplyInput): Promise<Plan>;
    apply(run: DeploymentRun, input: ApplyInput, plan: Plan): Promise<void>;
    verify(run: DeploymentRun, plan: Plan, signal: AbortSignal): Promise<void>;
    /** Waits a while for an engine that is away, such as one that restarts; then goes on all the same. */
    waitForEngine(run: DeploymentRun): Promise<void>;
    /** Stops the containers of a stack that has nothing to go back to. */
    stopStack(run: DeploymentRun): Promise<void>;
    /** Ends what a dead server had begun there for this run. */
    endOrphans(run: DeploymentRun): Promise<void>;
    /**
     * What ran there before the first deployment, as release 0; undefined where nothing did. `isLive` where nothing else
     * is live of the stack.
     */
    snapshot(
        run: DeploymentRun,
        release: Release,
        connection: Connection,
        isLive: boolean,
    ): Promise<Release | undefined>;
}

export type MachineStepsPorts = PlanPorts &
    VerifyPorts &
    SnapshotPorts &
    RegistryEnginePorts &
    GuardOwnStackPorts &
    HoldPorts;

export function createMachineSteps(ports: MachineStepsPorts, machine: Machine): MachineSteps {
    const there = {
        ...ports,
        engine: machine.engine,
        target: machine.target,
        files: machine.files,
        probe: machine.probe,
        host: machine,
        releases: releasesOn(ports.releases, machine.id),
        replacedOn: machine.remote && machine.id,
    };
    return {
        id: machine.id,
        name: machine.name,
        isRemote: machine.remote !== undefined,
        hold: (run) => holdMachine(ports, run, machine),
        releaseOn: (release) => releaseOn(release, machine.id),
        async plan(run, input) {
            if (machine.id === localMachineId) {
                await guardOwnStack(ports, run.stack);
            }
            await machine.createStackDirectory();
            await sendEnvironment(ports, run, machine, input.release.deploymentId);
            await sendImages(run, machine, input);
            // Compose renders the release here, where its files lie.
            const engine = await registryEngine(there, run.stack);
            return planRelease({ ...there, engine, target: ports.target }, run, input);
        },
        apply: (run, input, plan) => applyRelease(there, run, input, plan),
        verify: (run, plan, signal) =>
            verifyRelease(there, run, {
                stack: run.stack,
                services: plan.wanted,
                healthCheck: plan.release.healthCheck,
                signal,
                machine: machine.remote && machine.name,
            }),
        waitForEngine: (run) => waitForEngine(there, run),
        stopStack: (run) => stopStack(machine.engine, run),
        async endOrphans(run) {
            const ended = await machine.target.endOrphans(run.id);
            if (ended > 0) {
                run.say(`Ended ${ended} process(es) that were left over on ${machine.name}.`);
            }
        },
        snapshot: (run, release, connection, isLive) =>
            snapshotRelease(there, run, { release, isLive }, connection, machine),
    };
}
