import { buildxInspect } from "../commands/registry.ts";
import type { BuildConfigRecord } from "../core/build-config.ts";
import type { Engine } from "../core/engine.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { Release } from "../core/release.ts";
import type { TargetHost } from "../core/target-host.ts";
import type { DeploymentRun } from "./deployment-run.ts";

export interface CheckBuildPorts {
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: Pick<Files, "freeBytes">;
}

export interface CheckBuildInput {
    readonly config: BuildConfigRecord;
    readonly previous: Release | undefined;
    /** A directory for commands. */
    readonly directory: string;
    readonly signal: AbortSignal;
}

const leastBytes = 500_000_000;

/** Throws `disk_full` or `not_supported` where it can be told beforehand that the build cannot succeed. */
export async function checkBuild(ports: CheckBuildPorts, run: DeploymentRun, input: CheckBuildInput): Promise<void> {
    const { config } = input;
    const facts = await ports.engine.describe();
    await checkDisk(ports, facts.dataRoot, input.previous);
    const asked = [
        ...(config.platforms.length > 1 ? ["platforms"] : []),
        ...(config.buildCache === "registry" ? ["buildCache"] : []),
    ];
    if (asked.length > 0 && !facts.keepsPlatforms && (await driverOf(ports, run, input)) === "docker") {
        throw new DeploymentFailure(
            "not_supported",
            `${asked.join(", ")}: the engine's own builder cannot do that. Switch the engine's containerd image store on, ` +
                'or make a builder with "docker buildx create --use --driver docker-container"; ' +
                "or build for one platform with another cache.",
        );
    }
}

/** The new images may share nothing with those that are kept, and layers are made beside their cache. */
async function checkDisk(
    { engine, files }: CheckBuildPorts,
    dataRoot: string | undefined,
    previous: Release | undefined,
): Promise<void> {
    // Beside a server in a container the engine's directory is out of sight.
    const free = dataRoot === undefined ? undefined : await files.freeBytes(dataRoot).catch(() => undefined);
    if (free === undefined) {
        return;
    }
    const ids = new Set((previous?.images ?? []).filter(({ built }) => built).map(({ imageId }) => imageId));
    const sizes = await Promise.all([...ids].map(async (id) => (await engine.findImage(id))?.sizeBytes ?? 0));
    const needed = Math.max(leastBytes, 1.5 * sizes.reduce((sum, size) => sum + size, 0));
    if (free < needed) {
        throw new DeploymentFailure(
            "disk_full",
            `The build is not begun: the engine's disk has ${inMegabytes(free)} free, and this stack's images need about ` +
                `${inMegabytes(needed)}. Free some space, for example with "docker system prune", then redeploy.`,
        );
    }
}

function inMegabytes(bytes: number): string {
    return `${Math.round(bytes / 1_000_000)} MB`;
}

async function driverOf(
    { target }: CheckBuildPorts,
    run: DeploymentRun,
    { directory, signal }: CheckBuildInput,
): Promise<string | undefined> {
    const options = { signal, timeoutSeconds: 60, capture: true, onLine: () => undefined };
    const { stdout } = await run.command(target, buildxInspect({ directory, environment: {} }), options);
    signal.throwIfAborted();
    return /^Driver:\s*(\S+)/m.exec(stdout)?.[1];
}
