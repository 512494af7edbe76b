import { AppError, errorCode } from "../../../common/errors.ts";
import type { Drift, FileDrift, ServiceDrift } from "../../../common/schema/drift.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { Clock } from "../core/clock.ts";
import { awaitsApproval, type DeploymentRecord, type DeploymentStore } from "../core/deployment.ts";
import type { Engine } from "../core/engine.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Host, StackLock } from "../core/host.ts";
import { localMachineId, type Machines } from "../core/machine.ts";
import { sentence } from "../core/failure.ts";
import { createMasker } from "../core/mask.ts";
import { type Release, releaseId, type ReleaseStore } from "../core/release.ts";
import { releaseOn } from "../core/release-on-machine.ts";
import { findServiceDrift } from "../core/service-drift.ts";
import type { StackStateStore } from "../core/stack-state.ts";
import { secretsOf, secretValues } from "./connection.ts";
import { type FileDriftPorts, findFileDrift } from "./find-file-drift.ts";
import { environmentHash, type NoteAppliedPorts } from "./note-applied.ts";
import { inspectStack } from "./verify-release.ts";

const lockMilliseconds = 5000;

export interface DriftPorts extends FileDriftPorts {
    readonly stackMachines: Pick<Machines, "find">;
    readonly deployments: Pick<DeploymentStore, "findLive" | "listActive">;
    readonly repositories: Pick<RepositoryStore, "findByStack">;
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
    readonly releases: Pick<ReleaseStore, "find" | "filesDirectory">;
    readonly stackStates: Pick<StackStateStore, "isStopped">;
    readonly files: FileDriftPorts["files"] & NoteAppliedPorts["files"];
    readonly engine: Engine;
    readonly host: Pick<Host, "lock">;
    readonly clock: Clock;
    readonly hash: (text: string) => string;
}

interface Live {
    readonly record: DeploymentRecord;
    readonly release: Release;
}

/** What differs on one machine. */
interface MachinePart extends ServicesPart {
    readonly files: readonly FileDrift[];
    readonly more: number;
}

interface ServicesPart {
    readonly services: readonly ServiceDrift[];
    readonly note?: string | undefined;
    readonly isKnown: boolean;
}

/**
 * Compares what lies in a stack's folder and what runs of it with the release that is live. Touches nothing. Throws
 * `not_found` where the stack is not connected, or nothing of git is live.
 */
export async function findDrift(ports: DriftPorts, stack: string): Promise<Drift> {
    const live = await findLive(ports, stack);
    return (await atWork(ports, stack, live)) ?? (await compare(ports, stack, live));
}

async function findLive(ports: DriftPorts, stack: string): Promise<Live> {
    if ((await ports.repositories.findByStack(stack)) === undefined) {
        throw new AppError("not_found", `stack: ${stack} is not connected to a repository; connect one first`);
    }
    const record = await ports.deployments.findLive(stack);
    const release = record && (await ports.releases.find(releaseId(record)));
    if (record === undefined || release === undefined) {
        throw new AppError("not_found", `stack: ${stack} has no deployment to compare with; deploy a commit first`);
    }
    return { record, release };
}

/** While something changes the stack, every difference would be a false alarm. */
async function atWork(ports: DriftPorts, stack: string, live: Live): Promise<Drift | undefined> {
    const active = (await ports.deployments.listActive(stack)).find((row) => !awaitsApproval(row));
    if (active !== undefined) {
        return { ...headOf(ports, live), inSync: null, deploying: active.id, files: [], services: [] };
    }
    const holder = await holderOf(ports.host.lock, stack);
    const note = `Not compared: ${holder} is at work on the stack.`;
    return holder === undefined ? undefined : { ...headOf(ports, live), inSync: null, note, files: [], services: [] };
}

/** Who has the stack's lock. A deployment that has just ended still clears away: that is waited for. */
async function holderOf(lock: StackLock, stack: string): Promise<string | undefined> {
    const taken = lock.tryAcquire(stack, "drift check");
    if (!("heldBy" in taken)) {
        taken.release();
        return undefined;
    }
    try {
        (await lock.acquire(stack, "drift check", AbortSignal.timeout(lockMilliseconds))).release();
        return undefined;
    } catch {
        return taken.heldBy;
    }
}

async function compare(ports: DriftPorts, stack: string, live: Live): Promise<Drift> {
    const mask = await maskFor(ports, stack, live.release);
    const parts: MachinePart[] = [];
    for (const { id, name } of machinesOf(live.record)) {
        const release = await releaseThere(ports, live, id);
        parts.push(await compareOn(ports, stack, { id, name, mask, release: releaseOn(release, id) }));
    }
    // What began meanwhile has changed what was compared.
    const begun = await atWork(ports, stack, live);
    const files = parts.flatMap((part) => part.files);
    const services = parts.flatMap((part) => part.services);
    const more = parts.reduce((sum, part) => sum + part.more, 0);
    const differs = files.length > 0 || services.some(({ kind }) => kind !== "unknown");
    const notes = parts.flatMap(({ note }) => note ?? []);
    return (
        begun ?? {
            ...headOf(ports, live),
            inSync: differs || parts.every(({ isKnown }) => isKnown) ? !differs : null,
            note: notes.length === 0 ? undefined : notes.join(" "),
            files,
            moreFiles: more > 0 ? more : undefined,
            services,
        }
    );
}

/** After a rollback a machine may run another release than the others. */
async function releaseThere(
    ports: Pick<DriftPorts, "releases">,
    { record, release }: Live,
    id: string,
): Promise<Release> {
    const own = record.machines.find((machine) => machine.id === id)?.releaseId;
    return (own === undefined ? undefined : await ports.releases.find(own)) ?? release;
}

/** Rows of older versions name no machine: they ran on this one. */
function machinesOf({ machines }: DeploymentRecord): readonly { readonly id: string; readonly name: string }[] {
    return machines.length === 0 ? [{ id: localMachineId, name: "" }] : machines;
}

async function compareOn(
    ports: DriftPorts,
    stack: string,
    { id, name, mask, release }: { id: string; name: string; mask: (text: string) => string; release: Release },
): Promise<MachinePart> {
    const machine = await ports.stackMachines.find(stack, id);
    if (machine === undefined) {
        return unknownPart(release, name, `${name} is no target any more: it was not compared.`);
    }
    try {
        const stackDirectory = await machine.stackDirectory();
        const there = { ...ports, files: machine.files, engine: machine.engine };
        const { files, more } = await findFileDrift(there, { release, stackDirectory, mask });
        const part = await servicesOf(there, stack, release, stackDirectory);
        return id === localMachineId ? { ...part, files, more } : named(name, { ...part, files, more });
    } catch (error) {
        if (id === localMachineId || !(error instanceof AppError)) {
            throw error;
        }
        return unknownPart(release, name, `${name} was not compared: ${sentence(mask(error.message))}`);
    }
}

function named(machine: string, part: MachinePart): MachinePart {
    return {
        ...part,
        files: part.files.map((file) => ({ ...file, machine })),
        services: part.services.map((service) => ({ ...service, machine })),
        note: part.note === undefined ? undefined : `${machine}: ${part.note}`,
    };
}

function unknownPart(release: Release, machine: string, note: string): MachinePart {
    const services = (release.services ?? []).map(({ service }) => ({
        service,
        kind: "unknown" as const,
        detail: "the machine could not be asked",
        machine,
    }));
    return { files: [], more: 0, services, note, isKnown: false };
}

function headOf(ports: DriftPorts, { record, release }: Live): Pick<Drift, "deploymentId" | "commitSha" | "checkedAt"> {
    return { deploymentId: record.id, commitSha: release.commitSha, checkedAt: ports.clock.now().toISOString() };
}

async function servicesOf(
    ports: Pick<DriftPorts, "stackStates" | "files" | "engine" | "hash">,
    stack: string,
    release: Release,
    stackDirectory: string,
): Promise<ServicesPart> {
    if (await ports.stackStates.isStopped(stack)) {
        return {
            services: [],
            note: "The stack was stopped by a user: its containers are not compared.",
            isKnown: true,
        };
    }
    try {
        const states = await inspectStack(ports.engine, stack);
        const now = await environmentHash(ports, stackDirectory);
        const environmentChanged = release.applied?.environmentHash !== now;
        return { services: findServiceDrift({ release, states, environmentChanged }), isKnown: true };
    } catch (error) {
        if (errorCode(error) !== "unavailable") {
            throw error;
        }
        const detail = "the Docker engine does not answer";
        const names = (release.services ?? []).map(({ service }) => service);
        return {
            services: names.map((service) => ({ service, kind: "unknown", detail })),
            note: "The Docker engine does not answer: only the files were compared.",
            isKnown: false,
        };
    }
}

async function maskFor(ports: DriftPorts, stack: string, release: Release): Promise<(text: string) => string> {
    const repository = await ports.repositories.findByStack(stack);
    const config = await ports.buildConfigs.findByStack(stack);
    const connected =
        repository && config ? secretsOf({ repository, config, variables: config.environmentVariables }) : [];
    const masker = createMasker([...connected, ...secretValues(release.variables)]);
    return (text) =>
        text
            .split("\n")
            .map((line) => masker.mask(line))
            .join("\n");
}
