import { composeFileNames } from "../compose/find-compose-file.ts";
import type { DeployedImage } from "../../../common/schema/deployment.ts";
import { asFailure, DeploymentFailure } from "../core/failure.ts";
import type { Machine, Machines } from "../core/machine.ts";
import type { Release } from "../core/release.ts";
import { releaseOn } from "../core/release-on-machine.ts";
import type { RegistryStore } from "../core/registry.ts";
import { buildSource, type BuildReleasePorts, wantedImages } from "./build-release.ts";
import type { BuildTask } from "./build-by-script.ts";
import { type CheckedOut, checkOutCommit } from "./check-out.ts";
import type { Connection } from "./connection.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { pinFirstKey } from "./pin-host-key.ts";
import { recallBuilt } from "./recall-built.ts";
import { registryEngine, type RegistryEnginePorts } from "./registry-engine.ts";
import { withTimeLimit } from "./time-limit.ts";

export interface RebuildPorts extends Omit<BuildReleasePorts, "place"> {
    readonly buildConfigs: RegistryEnginePorts["buildConfigs"];
    readonly imageRegistries: Pick<RegistryStore, "find">;
    readonly stackMachines: Machines;
    /** Removes what a run left in its workspace. */
    readonly cleanUp: (deploymentId: string, connection: Connection) => Promise<void>;
}

/**
 * A release that is to be restored, with an image for every service that it built: those that are on none of its machines,
 * not here, and in no registry are built again from its commit, under their recorded names. Answers the release with the
 * images that it has from now on, and notes them. Nothing of the stack is touched. Throws what a build throws, and
 * `commit_missing` where the commit is gone.
 */
export async function rebuildMissing(
    ports: RebuildPorts,
    run: DeploymentRun,
    release: Release,
    connection: Connection,
): Promise<Release> {
    // What ran before git has no commit.
    const missing = release.initial ? [] : await findMissing(ports, run, release, connection);
    if (missing.length === 0) {
        return release;
    }
    const what = `${missing.map(({ service }) => service).join(", ")}: rebuilt from ${release.commitSha.slice(0, 7)}`;
    run.say(`${what}, because the image is neither here nor in a registry any more.`);
    if (run.record.status === "pending") {
        await run.become("building", "building");
    }
    try {
        const ids = await withTimeLimit(run.signal, connection.config.timeout, (signal) =>
            rebuild(ports, run, { release, missing, signal, connection: asItWas(connection, release) }),
        );
        const rebuilt = await noteRebuilt(ports, release, missing, ids);
        const note = `${what}: not bit for bit the same image`;
        run.say(`${note}. It runs under its recorded name.`);
        await run.change({ note: run.record.note === undefined ? note : `${run.record.note}; ${note}` });
        return rebuilt;
    } finally {
        await ports.cleanUp(run.id, connection);
    }
}

/** The release's own variables, which may have been changed since. */
function asItWas(connection: Connection, { variables }: Release): Connection {
    return { ...connection, variables };
}

async function findMissing(
    ports: RebuildPorts,
    run: DeploymentRun,
    release: Release,
    connection: Connection,
): Promise<readonly DeployedImage[]> {
    const machines = await ports.stackMachines.of(run.stack, connection.config);
    const missing: DeployedImage[] = [];
    for (const image of release.images.filter(({ built }) => built)) {
        if ((await ports.engine.findImage(image.imageId)) !== undefined) {
            continue;
        }
        for (const machine of machines) {
            if (!(await isThere(ports, run, { release, service: image.service, machine, connection }))) {
                missing.push(image);
                break;
            }
        }
    }
    return missing;
}

/** Whether a machine has a service's image, or gets it from its registry. */
async function isThere(
    ports: RebuildPorts,
    run: DeploymentRun,
    given: {
        readonly release: Release;
        readonly service: string;
        readonly machine: Machine;
        readonly connection: Connection;
    },
): Promise<boolean> {
    const { service, machine, connection } = given;
    const release = releaseOn(given.release, machine.id);
    const ran = release.images.find((image) => image.service === service && image.built);
    if (ran === undefined) {
        return false;
    }
    if ((await machine.engine.findImage(ran.imageId)) !== undefined) {
        return true;
    }
    const pull = connection.config.pullPolicy === "never" ? "never" : "missing";
    const wanted = { service, name: ran.image, pull, signal: run.signal } as const;
    const engine = await registryEngine({ ...ports, engine: machine.engine }, run.stack);
    try {
        return (await recallBuilt(engine, run, wanted, release)) !== undefined;
    } catch (error) {
        run.checkSignal();
        const failure = asFailure(error);
        if (failure.errorCode === "engine_unavailable") {
            throw failure;
        }
        run.say(failure.message);
        return false;
    }
}

interface RebuildTask {
    readonly release: Release;
    readonly missing: readonly DeployedImage[];
    readonly connection: Connection;
    readonly signal: AbortSignal;
}

/** Service → the id of its new image. */
async function rebuild(
    given: RebuildPorts,
    run: DeploymentRun,
    { release, missing, connection, signal }: RebuildTask,
): Promise<ReadonlyMap<string, string>> {
    const [place] = await given.stackMachines.of(run.stack, connection.config);
    const ports = { ...given, place };
    const source = await checkOutAgain(ports, run, { release, connection, signal });
    await checkSameCompose(ports, release, source, connection);
    const known = wantedImages(run, connection, source, release);
    const unknown = missing.find(({ service }) => !known.has(service));
    if (unknown !== undefined) {
        throw new DeploymentFailure(
            "image_missing",
            `${unknown.service}: its image is gone, and today's build settings do not build it from ` +
                `${release.commitSha.slice(0, 7)}. Set the build type that it was built with, or deploy another commit.`,
        );
    }
    const names = new Map(missing.map(({ service, image }) => [service, image]));
    const task: BuildTask = { connection, source, previous: release, signal };
    return giveNames(ports, await buildSource(ports, run, task, names), names);
}

/** Another folder of the same commit may have services of the same names: they are not what this release ran. */
async function checkSameCompose(
    { files, releases }: Pick<RebuildPorts, "files" | "releases">,
    release: Release,
    { project, userOverride }: CheckedOut,
    { config }: Connection,
): Promise<void> {
    const isKept = release.files.some(({ path }) => composeFileNames.some((name) => name === path));
    // An override of the user's own that is merged in may be another one by now.
    if (!isKept || release.userOverride !== undefined || userOverride !== undefined) {
        return;
    }
    const name = project.file.path.slice(project.file.path.lastIndexOf("/") + 1);
    const text = await files.readText(releases.filesDirectory(release.deploymentId), name);
    if (text !== project.file.text) {
        throw new DeploymentFailure(
            "image_missing",
            `The image of ${release.commitSha.slice(0, 7)} is gone, and it was deployed from another compose file than ` +
                `today's (${config.composePath ?? project.file.path}). Set the path that it had, or deploy another commit.`,
        );
    }
}

/** A script gives the names of today; the release knows others. */
async function giveNames(
    { engine }: Pick<RebuildPorts, "engine">,
    built: ReadonlyMap<string, string>,
    names: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for (const [service, name] of names) {
        const made = built.get(service);
        const image = made === undefined ? undefined : await engine.findImage(made);
        if (image === undefined) {
            throw new DeploymentFailure("image_missing", `${service}: rebuilding it made no image ${name}.`);
        }
        if (made !== name) {
            await engine.tagImage(image.id, name);
        }
        ids.set(service, image.id);
    }
    return ids;
}

type Again = Pick<RebuildTask, "release" | "connection" | "signal">;

/** The commit may have left its branch: as long as the mirror has it, that does not matter. */
async function checkOutAgain(ports: BuildReleasePorts, run: DeploymentRun, again: Again): Promise<CheckedOut> {
    const found = await tryCheckOut(ports, run, again);
    if (found !== undefined) {
        return found;
    }
    const { release, connection, signal } = again;
    const { repository, config } = connection;
    run.say(`Fetching ${repository.url}: its copy here does not have the commit.`);
    const call = {
        signal,
        timeoutSeconds: config.timeout,
        deploymentId: run.id,
        onLine: (line: string) => run.write("stderr", line),
        onHostKey: pinFirstKey(ports.repositories, repository),
    };
    await ports.git.fetch(repository, call);
    const { branch, tag } = run.record;
    // Brings older history, too. What is on no such branch any more may lie on another one.
    await ports.git
        .resolve(repository, tag === undefined ? { branch } : { tag }, release.commitSha, call)
        .catch(() => signal.throwIfAborted());
    const fetched = await tryCheckOut(ports, run, again);
    if (fetched === undefined) {
        throw new DeploymentFailure(
            "commit_missing",
            `The image of ${release.commitSha.slice(0, 7)} is gone, and so is the commit: its branch was rewritten or ` +
                "deleted. Push the commit again, on any branch, or deploy another one.",
        );
    }
    return fetched;
}

async function tryCheckOut(
    ports: BuildReleasePorts,
    run: DeploymentRun,
    { release, connection, signal }: Again,
): Promise<CheckedOut | undefined> {
    const { commitMessage: message = "", commitAuthor: author = "" } = run.record;
    const commit = { sha: release.commitSha, message, author, time: release.createdAt };
    try {
        return await checkOutCommit(ports, run, connection, { commit, previous: release, signal });
    } catch (error) {
        if (asFailure(error).errorCode === "commit_missing") {
            return undefined;
        }
        throw error;
    }
}

/** In the record of the release, and of every other that ran the same image under the same name. */
async function noteRebuilt(
    { releases }: Pick<RebuildPorts, "releases">,
    release: Release,
    missing: readonly DeployedImage[],
    ids: ReadonlyMap<string, string>,
): Promise<Release> {
    const newIds = new Map(missing.map((image) => [keyOf(image), ids.get(image.service)]));
    for (const id of await releases.list(release.stackId)) {
        const other = id === release.deploymentId ? undefined : await releases.find(id);
        if (other?.images.some((image) => newIds.has(keyOf(image))) === true) {
            await releases.update(withImages(other, newIds));
        }
    }
    const rebuilt = withImages(release, newIds);
    await releases.update(rebuilt);
    return rebuilt;
}

function keyOf({ service, image, imageId }: DeployedImage): string {
    return JSON.stringify([service, image, imageId]);
}

/** Their digests are those of images that are gone. Machines over SSH are sent the new ones. */
function withImages(release: Release, newIds: ReadonlyMap<string, string | undefined>): Release {
    const renewed = new Map<string, DeployedImage>();
    const images = release.images.map((image) => {
        const { digest, ...known } = image;
        const imageId = newIds.get(keyOf(image));
        if (imageId === undefined) {
            return image;
        }
        const made = { ...known, imageId };
        renewed.set(image.service, made);
        return made;
    });
    const others = Object.entries(release.machines ?? {}).map(([id, there]) => {
        const own = there.images.map((image) => renewed.get(image.service) ?? image);
        return [id, { ...there, images: own }] as const;
    });
    return { ...release, images, machines: release.machines && Object.fromEntries(others) };
}
