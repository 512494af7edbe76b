import { lstat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { AppError } from "../common/errors.ts";
import { createJobArchives } from "./cicd/adapters/archive/job-archives.ts";
import { systemClock } from "./cicd/adapters/clock/system-clock.ts";
import { diskMeter } from "./cicd/adapters/disk/disk-meter.ts";
import { diskFiles } from "./cicd/adapters/disk/files.ts";
import { createEngine } from "./cicd/adapters/docker/engine.ts";
import { createFindOwnContainer } from "./cicd/adapters/docker/own-container.ts";
import { createDockerExecutor } from "./cicd/adapters/executor/docker-executor.ts";
import { readDockerLogins } from "./cicd/adapters/process/docker-logins.ts";
import { createJobFiles } from "./cicd/services/pipelines/job-files.ts";
import { isLocalRunAlive, newLocalRunId } from "./cli/local-run-id.ts";
import type { LocalJobs } from "./cli/local-ports.ts";
import { dockerAddress } from "./docker-address.ts";
import { sha256 } from "./platform/crypto/hash.ts";
import { connectDocker } from "./platform/docker/client.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Puts together what runs the jobs of a working copy with this machine's engine. */
export async function openLocalJobs(root: string, environment: Environment): Promise<LocalJobs> {
    const directory = join(cacheDirectory(environment), "dockge-cicd");
    const user = process.getuid?.() ?? 0;
    // Another user, machine or cache would not know which of the runs are still there.
    const copyId = sha256([hostname(), user, directory, root].join("\n")).slice(0, 12);
    const docker = connectDocker(dockerAddress(environment));
    const findOwnContainer = createFindOwnContainer(docker);
    const engine = createEngine(docker, findOwnContainer);
    const serverName = `cli-${user}-${copyId}`;
    const executor = createDockerExecutor({ docker, engine, findOwnContainer, serverName, keepsOwners: true });
    const files = createJobFiles({
        archives: createJobArchives(),
        files: diskFiles,
        meter: diskMeter,
        clock: systemClock,
        directory,
    });
    return {
        runId: await newLocalRunId(copyId),
        stack: `${basename(root).replace(/[^A-Za-z0-9._-]/g, "_")}-${copyId}`,
        clock: systemClock,
        executor,
        files,
        loginFor: await readDockerLogins(environment),
        async removeLeftovers() {
            for (const runId of await executor.listRuns()) {
                if (!(await isLocalRunAlive(runId))) {
                    await executor.close(runId, root);
                }
            }
            await removeArtifacts(`${directory}/artifacts`, copyId);
        },
        lies: async (path) => (await lstat(join(root, path)).catch(() => undefined)) !== undefined,
    };
}

function cacheDirectory({ XDG_CACHE_HOME: given, HOME: home, USERPROFILE: profile }: Environment): string {
    const own = home || profile;
    if (!given && !own) {
        throw new AppError("invalid", "HOME: is not set, and caches have no place; set it, or XDG_CACHE_HOME");
    }
    return given || join(own ?? "", ".cache");
}

/** Archives carry the id of the job, which begins with that of its run. */
async function removeArtifacts(directory: string, copyId: string): Promise<void> {
    for (const name of await diskFiles.names(directory)) {
        const [, runId] = /^(.+-[0-9a-f]{8})-\d+\.tar\.gz$/.exec(name) ?? [];
        if (runId?.startsWith(`${copyId}-`) === true && !(await isLocalRunAlive(runId))) {
            await diskFiles.remove(directory, name);
        }
    }
}
