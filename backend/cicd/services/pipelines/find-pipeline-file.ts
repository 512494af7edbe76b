import type { PipelineSource } from "../../../../common/schema/pipeline-check.ts";
import type { BuildConfigStore } from "../../core/build-config.ts";
import { findKnownCommit, type KnownCommitPorts, requireConnected } from "./known-commit.ts";

export interface PipelineFilePorts extends KnownCommitPorts {
    readonly buildConfigs: Pick<BuildConfigStore, "findByStack">;
}

/**
 * A stack's pipeline file as it stands in the newest commit that the server has of the stack's branch; where it has none
 * yet, `note` says the way out. Nothing is asked of the remote. Throws `not_found` where the stack is not connected.
 */
export async function findPipelineFile(ports: PipelineFilePorts, stack: string): Promise<PipelineSource> {
    const repository = await requireConnected(ports, stack);
    const path = await findPipelinePath(ports, stack);
    return ports.git.use(repository.url, async () => {
        const commitSha = await findKnownCommit(ports, repository);
        if (commitSha === undefined) {
            return { path, text: null, commitSha: "", note: notFetched(repository.branch) };
        }
        const text = await ports.git.readFile(repository, commitSha, path);
        return { path, text: text ?? null, commitSha };
    });
}

/** Where a stack's pipeline stands, from the repository's root. */
export async function findPipelinePath(
    { buildConfigs }: Pick<PipelineFilePorts, "buildConfigs">,
    stack: string,
): Promise<string> {
    const { pipelinePath = "pipeline.yml" } = (await buildConfigs.findByStack(stack)) ?? {};
    return plainPath(pipelinePath);
}

/** The one spelling that git and includes have for a path. */
export function plainPath(path: string): string {
    return path
        .split("/")
        .filter((part) => part !== "" && part !== ".")
        .join("/");
}

export function notFetched(branch: string): string {
    return `The server has not fetched the branch ${branch} yet. Deploy or synchronize the stack once, then its files can be read.`;
}
