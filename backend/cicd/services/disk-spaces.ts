import { AppError, errorMessage } from "../../../common/errors.ts";
import type { DiskPlace, DiskSpace, MachineDisk } from "../../../common/schema/disk.ts";
import type { Clock } from "../core/clock.ts";
import type { DeployTargetRecord, DeployTargetStore } from "../core/deploy-target.ts";
import type { DiskMeter, FreeSpace } from "../core/disk-meter.ts";
import type { Engine } from "../core/engine.ts";
import type { Host } from "../core/host.ts";
import { isLow, lowSpaceWarning } from "../core/low-space.ts";
import { localMachineId, type Machine, type Machines } from "../core/machine.ts";
import type { DiskGauges } from "../core/metrics.ts";
import { rememberAnswer } from "./remembered-answer.ts";

export interface DiskSpacesPorts {
    readonly meter: Pick<DiskMeter, "space">;
    readonly engine: Pick<Engine, "describe">;
    readonly host: Pick<Host, "dataDirectory" | "stacksDirectory">;
    readonly deployTargets: Pick<DeployTargetStore, "list">;
    readonly stackMachines: Pick<Machines, "find">;
    readonly metrics: DiskGauges;
    readonly clock: Clock;
}

/** How full the disks of all machines are. Answers are at most a minute old. */
export interface DiskSpaces {
    /** This machine's. Never throws. */
    local(): Promise<MachineDisk>;
    /** Of this machine and of all targets. Never throws: a machine that cannot be asked says why. */
    all(): Promise<readonly MachineDisk[]>;
    /** A sentence for every place that was nearly full when it was last looked at. */
    warnings(): readonly string[];
}

const rememberedMilliseconds = 60_000;
const engineSeconds = 5;
const remoteSeconds = 20;

export function createDiskSpaces(ports: DiskSpacesPorts): DiskSpaces {
    const last = new Map<string, MachineDisk>();

    function keep(machines: readonly MachineDisk[]): void {
        machines.forEach((machine) => last.set(machine.id, machine));
        ports.metrics.diskMeasured([...last.values()]);
    }

    const local = rememberAnswer(ports.clock, rememberedMilliseconds, async () => {
        const measured = await measureLocal(ports);
        keep([measured]);
        return measured;
    });
    const remote = rememberAnswer(ports.clock, rememberedMilliseconds, async () => {
        const targets = await ports.deployTargets.list();
        const measured = await Promise.all(targets.map((target) => measureTarget(ports, target)));
        [...last.keys()]
            .filter((id) => id !== localMachineId && !targets.some((target) => target.id === id))
            .forEach((id) => last.delete(id));
        keep(measured);
        return measured;
    });
    return {
        local: () => local.get(),
        all: async () => [await local.get(), ...(await remote.get())],
        warnings: () => [...last.values()].flatMap(warningsOf),
    };
}

/** Places that share a file system are one warning. */
function warningsOf({ id, name, spaces }: MachineDisk): readonly string[] {
    const machine = id === localMachineId ? "this machine" : name;
    const low = spaces.filter((space) => space.low);
    const first = low.filter(
        (space, index) =>
            low.findIndex((one) => one.freeBytes === space.freeBytes && one.totalBytes === space.totalBytes) === index,
    );
    return first.map((space) => lowSpaceWarning(machine, space));
}

async function measureLocal({ meter, engine, host }: DiskSpacesPorts): Promise<MachineDisk> {
    // Beside a server in a container the engine's directory is out of sight.
    const docker = await soon(engine.describe(), engineSeconds).then(
        ({ dataRoot }) => dataRoot,
        () => undefined,
    );
    const look = async (place: DiskPlace, path: string | undefined): Promise<readonly DiskSpace[]> => {
        const found = path === undefined ? undefined : await meter.space(path).catch(() => undefined);
        return path === undefined || found === undefined ? [] : [spaceOf(place, path, found)];
    };
    const spaces = await Promise.all([
        look("data", host.dataDirectory),
        look("docker", docker),
        look("stacks", host.stacksDirectory),
    ]);
    return { id: localMachineId, name: "this machine", spaces: spaces.flat() };
}

async function measureTarget(ports: DiskSpacesPorts, target: DeployTargetRecord): Promise<MachineDisk> {
    const { id, name } = target;
    try {
        // Its disk is that of whichever stack.
        const machine = await ports.stackMachines.find("disk", id);
        return { id, name, spaces: machine === undefined ? [] : await soon(askTarget(machine, target), remoteSeconds) };
    } catch (error) {
        return { id, name, spaces: [], error: errorMessage(error) };
    }
}

async function askTarget(machine: Machine, { stacksDirectory }: DeployTargetRecord): Promise<DiskSpace[]> {
    const root = await machine.engine.describe().then(
        ({ rootDirectory }) => rootDirectory,
        () => undefined,
    );
    const stacks = await spaceThere(machine, "stacks", stacksDirectory);
    const docker = root === undefined ? undefined : await spaceThere(machine, "docker", root);
    return [stacks, docker].filter((space) => space !== undefined);
}

async function spaceThere({ target }: Machine, place: DiskPlace, path: string): Promise<DiskSpace | undefined> {
    const signal = AbortSignal.timeout(remoteSeconds * 1000);
    const options = { signal, timeoutSeconds: remoteSeconds, capture: true };
    const { exitCode, stdout } = await target.run({ argv: ["df", "-Pk", path], directory: "/" }, options);
    const found = exitCode === 0 ? readDf(stdout) : undefined;
    return found && spaceOf(place, path, found);
}

/** POSIX: a line of titles, then file system, size, used, available … in KiB. */
function readDf(text: string): FreeSpace | undefined {
    const [, total, , free] = (text.trim().split("\n").at(-1) ?? "").match(/\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%/) ?? [];
    return total === undefined || free === undefined
        ? undefined
        : { totalBytes: Number(total) * 1024, freeBytes: Number(free) * 1024 };
}

function spaceOf(place: DiskPlace, path: string, space: FreeSpace): DiskSpace {
    return { place, path, ...space, low: isLow(space) };
}

/** Rejects after so many seconds: nobody waits for a machine that hangs. */
async function soon<T>(work: Promise<T>, seconds: number): Promise<T> {
    const signal = AbortSignal.timeout(seconds * 1000);
    return new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new AppError("unavailable", "machine: it does not answer")));
        work.then(resolve, reject);
    });
}
