import { type DeploymentRecord, isTerminal, type MachineOfRun } from "../core/deployment.ts";
import { asFailure, DeploymentFailure, endsCancelled, sentence } from "../core/failure.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import type { StackStateStore } from "../core/stack-state.ts";
import { applyOnMachine, planOnMachine } from "./apply-on-machine.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { findBefore, type MachineBefore, mayHaveTouched } from "./find-before.ts";
import { finishRun, succeed } from "./finish-run.ts";
import { goBack, type GoBackOptions, type GoBackPorts } from "./go-back.ts";
import type { Hold } from "./hold-machine.ts";
import { listMachines, withState } from "./machine-states.ts";
import type { MachineSteps } from "./machine-steps.ts";
import type { ApplyInput, Plan } from "./plan-release.ts";

export interface PutLivePorts extends GoBackPorts {
    readonly releases: ReleaseStore;
    readonly stackStates: StackStateStore;
    readonly onError: (error: unknown) => void;
    /** The machines that the stack is deployed to, in turn. */
    readonly machines: (run: DeploymentRun, connection: Connection) => Promise<readonly MachineSteps[]>;
    /** Removes releases and images beyond those to keep. */
    readonly prune: (stack: string, connection: Connection) => Promise<void>;
}

interface Going extends GoBackOptions {
    readonly signal: AbortSignal;
}

/**
 * Makes a release what the stack runs, on one machine after the other, and ends the run's row: `successful`; or the old
 * release again, and `rolled_back`, `cancelled` or `failed`. Goes on where a crash left off.
 */
export function createPutLive(ports: PutLivePorts) {
    return async function putLive(run: DeploymentRun, release: Release, connection: Connection): Promise<void> {
        const holds: Hold[] = [];
        try {
            const machines = await ports.machines(run, connection);
            for (const machine of machines) {
                holds.push(await holdOn(machine, run));
            }
            const signal = AbortSignal.any([run.signal, ...holds.map(({ lost }) => lost)]);
            await putOn(ports, run, release, { machines, connection, signal });
        } catch (error) {
            await endRollback(ports, run, asFailure(error));
            throw error;
        } finally {
            await Promise.all(holds.map((hold) => hold.release()));
        }
    };
}

/** Its row would never end, where the run that it belongs to fails before it is gone on with. */
async function endRollback(ports: PutLivePorts, run: DeploymentRun, failure: DeploymentFailure): Promise<void> {
    const rollback = await ports.deployments.findRollbackOf(run.id);
    if (rollback === undefined || isTerminal(rollback.status) || failure.errorCode === "interrupted") {
        return;
    }
    const end = { error: run.mask(failure.message), errorCode: failure.errorCode };
    const ended = await ports.deployments.transition(rollback.id, rollback.status, "failed", end);
    if (ended !== undefined) {
        ports.announce(ended);
    }
}

/** What was begun before a crash is not given up because the machine does not answer at once. */
async function holdOn(machine: MachineSteps, run: DeploymentRun): Promise<Hold> {
    if (!mayHaveTouched(run.record)) {
        return machine.hold(run);
    }
    await machine.waitForEngine(run);
    try {
        const hold = await machine.hold(run);
        await endOrphansOn(machine, run, hold);
        return hold;
    } catch (error) {
        const failure = asFailure(error);
        const words = `${sentence(failure.message)} What was begun on ${machine.name} may be half done: redeploy when it answers.`;
        throw new DeploymentFailure(failure.errorCode, words, { cause: error });
    }
}

/** Commands on machines go on when the server dies: two of them at once would be at each other's containers. */
async function endOrphansOn(machine: MachineSteps, run: DeploymentRun, hold: Hold): Promise<void> {
    try {
        await machine.endOrphans(run);
    } catch (error) {
        await hold.release();
        throw error;
    }
}

interface Given {
    readonly machines: readonly MachineSteps[];
    readonly connection: Connection;
    readonly signal: AbortSignal;
}

async function putOn(
    ports: PutLivePorts,
    run: DeploymentRun,
    release: Release,
    { machines, connection, signal }: Given,
): Promise<void> {
    const { before, live } = await findBefore(ports, run, { release, connection, machines });
    const restoring = live?.deploymentId === release.deploymentId;
    const start = await mayStart(ports, run, restoring);
    const { rollbackOnFailure } = connection.config;
    const going: Going = { before, start, rollbackOnFailure, connection, signal };
    if (run.record.phase === "rolling_back") {
        // What was begun is finished, whatever the configuration says by now.
        const goOn = { ...going, rollbackOnFailure: true };
        await goBack(ports, run, await asApplied(ports, release), goOn, savedFailure(run.record));
        return;
    }
    try {
        await goLive(ports, run, { release, pull: pullFor(connection, restoring), restoring }, going);
    } catch (error) {
        await endFailed(ports, run, { release, restoring }, going, asFailure(error));
        return;
    }
    await ports.prune(run.stack, connection).catch(ports.onError);
}

async function endFailed(
    ports: PutLivePorts,
    run: DeploymentRun,
    { release, restoring }: { readonly release: Release; readonly restoring: boolean },
    going: Going,
    failure: DeploymentFailure,
): Promise<void> {
    if (failure.errorCode === "interrupted" || !mayHaveTouched(run.record)) {
        throw failure;
    }
    if (restoring) {
        await endRestore(ports, run, failure);
        return;
    }
    if (failure.errorCode === "target_busy") {
        await endTakenOver(ports, run, failure);
        return;
    }
    await goBack(ports, run, await asApplied(ports, release), going, failure);
}

/** The release with what planning noted of it, such as its services' hashes. */
async function asApplied(ports: PutLivePorts, release: Release): Promise<Release> {
    return (await ports.releases.find(release.deploymentId)) ?? release;
}

/** Everything is planned, and every image pulled, before anything is touched anywhere. */
async function goLive(
    ports: PutLivePorts,
    run: DeploymentRun,
    what: Wanted,
    { before, start, signal }: Going,
): Promise<void> {
    const machines = listMachines(run, before).map((machine) => withWanted(machine, before, what));
    await (run.record.status === "building"
        ? run.become("deploying", "previewing", { machines })
        : run.change({ machines }));
    await checkInitial(ports, what, before);
    const planned = [];
    for (const one of before) {
        const input = inputFor(one, what, { start, signal });
        tellMachine(run, before, one);
        planned.push({ one, input, plan: await planOnMachine(one.machine, run, input) });
        run.checkSignal(signal);
    }
    const ended: Plan[] = [];
    for (const { one, input, plan } of planned) {
        await noteLast(run, planned[ended.length - 1]?.one);
        tellMachine(run, before, one);
        ended.push(await bringUp(run, one, input, plan));
    }
    const [first] = ended;
    if (first === undefined) {
        throw new DeploymentFailure("not_supported", "targetIds: the stack has no machine to run on; choose one.");
    }
    const done = machines.map((machine) => ({ ...machine, state: "done" as const }));
    await finishRun(ports, run, "successful", { ...succeed(run, first.release, start), machines: done });
}

async function noteLast(run: DeploymentRun, last: MachineBefore | undefined): Promise<void> {
    if (last !== undefined) {
        await run.change({ machines: withState(run, last.machine.id, "done") });
    }
}

async function bringUp(run: DeploymentRun, { machine }: MachineBefore, input: ApplyInput, plan: Plan): Promise<Plan> {
    const { id } = machine;
    try {
        return await applyOnMachine(machine, run, {
            input,
            plan,
            enter: (phase) => run.enter(phase, { machines: withState(run, id, phase) }),
        });
    } catch (error) {
        if (asFailure(error).errorCode !== "interrupted") {
            await run.change({ machines: withState(run, id, "failed") });
        }
        throw error;
    }
}

interface Wanted extends Pick<ApplyInput, "release" | "pull"> {
    /** What is live is repaired: every machine gets its own. */
    readonly restoring: boolean;
}

function wantedOn({ release: before }: MachineBefore, { release, restoring }: Wanted): Release {
    return restoring && before !== undefined ? before : release;
}

function withWanted(machine: MachineOfRun, all: readonly MachineBefore[], what: Wanted): MachineOfRun {
    const one = all.find((other) => other.machine.id === machine.id);
    const wanted = one === undefined ? what.release : wantedOn(one, what);
    return wanted.deploymentId === what.release.deploymentId ? machine : { ...machine, releaseId: wanted.deploymentId };
}

/** What ran on one machine before git is nothing for another one. */
async function checkInitial(ports: PutLivePorts, what: Wanted, before: readonly MachineBefore[]): Promise<void> {
    for (const one of before) {
        const wanted = wantedOn(one, what);
        const noted = wanted.initial ? await ports.deployments.find(wanted.deploymentId) : undefined;
        const ran = noted?.machines ?? [];
        if (ran.length > 0 && !ran.some(({ id }) => id === one.machine.id)) {
            const names = ran.map(({ name }) => name).join(", ");
            throw new DeploymentFailure(
                "not_supported",
                `This is what ran on ${names} before git: it cannot be put on ${one.machine.name}. Deploy a commit instead.`,
            );
        }
    }
}

function inputFor(
    one: MachineBefore,
    what: Wanted,
    { start, signal }: Pick<ApplyInput, "start" | "signal">,
): ApplyInput {
    const { machine, release: previous } = one;
    const { pull } = what;
    return {
        release: machine.releaseOn(wantedOn(one, what)),
        previous: previous && machine.releaseOn(previous),
        start,
        pull,
        signal,
    };
}

function tellMachine(run: DeploymentRun, all: readonly MachineBefore[], { machine }: MachineBefore): void {
    if (all.length > 1 || machine.isRemote) {
        run.say(`On ${machine.name}:`);
    }
}

/** A stack that a user stopped stays stopped: pushes and polls prepare the release, but do not start it. */
async function mayStart(ports: PutLivePorts, run: DeploymentRun, restoring: boolean): Promise<boolean> {
    if (!(await ports.stackStates.isStopped(run.stack))) {
        return true;
    }
    if (restoring) {
        run.say("The stack was stopped by a user: its files are restored, its containers are left as they are.");
        return false;
    }
    if (run.record.triggeredBy === "webhook" || run.record.triggeredBy === "scheduled") {
        run.say("The stack was stopped by a user: this release is prepared, but not started.");
        return false;
    }
    await ports.stackStates.setStopped(run.stack, false);
    return true;
}

/** What is live is put back as it was: a newer image of the same name is for the next deployment. */
function pullFor({ config }: Connection, restoring: boolean): ApplyInput["pull"] {
    return restoring && config.pullPolicy === "always" ? "missing" : config.pullPolicy;
}

/** What failed is the very release that there is to go back to. */
async function endRestore(ports: PutLivePorts, run: DeploymentRun, failure: DeploymentFailure): Promise<void> {
    const error = run.mask(failure.message);
    run.say(error);
    run.say("This is the release that is live: there is nothing to go back to, and the stack is left as it is.");
    const status = endsCancelled(failure) ? "cancelled" : "failed";
    await finishRun(ports, run, status, { error, errorCode: failure.errorCode });
}

/** Another server works on the stack by now: whatever is done here would be done against it. */
async function endTakenOver(ports: PutLivePorts, run: DeploymentRun, failure: DeploymentFailure): Promise<void> {
    const error = `${run.mask(failure.message)} The stack is left to it, as it is there.`;
    run.say(error);
    await finishRun(ports, run, "failed", { error, errorCode: failure.errorCode });
}

function savedFailure(record: DeploymentRecord): DeploymentFailure {
    return new DeploymentFailure(record.errorCode ?? "apply_failed", record.error ?? "Applying failed.");
}
