import { composeConfig } from "../commands/compose.ts";
import { describeComplaint } from "../compose/compose-complaint.ts";
import { composeFileNames, overrideFileNames } from "../compose/find-compose-file.ts";
import { readServiceModel, type ServiceModel } from "../compose/service-model.ts";
import { DeploymentFailure } from "../core/failure.ts";
import type { Files } from "../core/files.ts";
import type { Release, ReleaseStore } from "../core/release.ts";
import type { TargetHost } from "../core/target-host.ts";
import type { DeploymentRun } from "./deployment-run.ts";
import { type GlobalEnvironmentPorts, globalVariables } from "./global-environment.ts";
import { composeEnvironment, stackEnvironmentFile } from "./stack-environment.ts";

export interface RenderPorts extends GlobalEnvironmentPorts {
    readonly target: TargetHost;
    readonly files: Files;
    readonly releases: ReleaseStore;
}

/** Lets Compose itself render the release, as it will stand in the stack's directory. */
export async function renderRelease(
    ports: RenderPorts,
    run: DeploymentRun,
    release: Release,
    stackDirectory: string,
): Promise<ServiceModel> {
    const directory = ports.releases.filesDirectory(release.deploymentId);
    const environmentFile = await stackEnvironmentFile(ports.files, stackDirectory, directory, release);
    const base = composeFileNames.find((name) => release.files.some((file) => file.path === name));
    if (base === undefined) {
        throw new DeploymentFailure("compose_missing", "The release has no compose file.");
    }
    const globals = await globalVariables(ports, await ports.files.readText(directory, ".env"));
    const command = composeConfig({
        stack: run.stack,
        directory,
        environment: { ...globals, ...composeEnvironment(release.variables) },
        files: [base, ...overrideFiles(ports.releases, release)],
        envFile: environmentFile?.path,
    });
    try {
        const result = await run.command(ports.target, command, {
            capture: true,
            timeoutSeconds: 60,
            signal: new AbortController().signal,
        });
        if (result.exitCode !== 0) {
            const text = (await ports.files.readText(directory, base)) ?? "";
            const words = composeWords(result.stderrTail, directory);
            throw new DeploymentFailure("compose_invalid", describeComplaint(words, { path: base, text }));
        }
        return readServiceModel(result.stdout, { from: directory, to: stackDirectory });
    } finally {
        await environmentFile?.remove();
    }
}

/** The generated override; of what ran before git, the user's own, which Compose finds by its name. */
function overrideFiles(releases: ReleaseStore, release: Release): readonly string[] {
    if (release.override !== undefined) {
        return [releases.overrideFile(release.deploymentId)];
    }
    const own = overrideFileNames.find((name) => release.files.some((file) => file.path === name));
    return own === undefined ? [] : [own];
}

function composeWords(stderr: string, directory: string): string {
    const line = stderr.trim().split("\n").at(-1) ?? "";
    return line.replaceAll(`${directory}/`, "");
}
