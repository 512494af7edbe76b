import type { DeploymentStore } from "../core/deployment.ts";
import type { Files } from "../core/files.ts";
import { releaseId, type ReleaseStore } from "../core/release.ts";

export interface LiveComposeFilePorts {
    readonly deployments: Pick<DeploymentStore, "findLive">;
    readonly releases: Pick<ReleaseStore, "find" | "filesDirectory">;
    readonly files: Pick<Files, "readText">;
}

/** The names that Compose looks for, in the host's order. */
const composeFileNames = ["compose.yaml", "docker-compose.yaml", "docker-compose.yml", "compose.yml"];

/** The compose file of a stack's live release; undefined before anything is live. */
export async function liveComposeFile(
    ports: LiveComposeFilePorts,
    stack: string,
): Promise<{ readonly name: string; readonly text: string } | undefined> {
    const live = await ports.deployments.findLive(stack);
    const release = live && (await ports.releases.find(releaseId(live)));
    const name = composeFileNames.find((file) => release?.files.some(({ path }) => path === file));
    if (release === undefined || name === undefined) {
        return undefined;
    }
    const text = await ports.files.readText(ports.releases.filesDirectory(release.deploymentId), name);
    return text === undefined ? undefined : { name, text };
}
