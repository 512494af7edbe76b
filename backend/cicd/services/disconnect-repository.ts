import { AppError } from "../../../common/errors.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import type { Git } from "../core/git.ts";
import type { Caller, Host } from "../core/host.ts";
import { clearDeployments, type ClearPorts } from "./clear-deployments.ts";
import { clearPipelines, type ClearPipelinesPorts } from "./clear-pipelines.ts";
import { forgetMirror } from "./forget-mirror.ts";

export interface DisconnectPorts extends ClearPorts, ClearPipelinesPorts {
    readonly cancelDeployment: ClearPorts["cancelDeployment"];
    readonly repositories: RepositoryStore;
    readonly buildConfigs: Pick<BuildConfigStore, "delete">;
    readonly git: Pick<Git, "forget">;
    readonly host: Pick<Host, "push" | "refreshStacks">;
    /** Removes what a stack's jobs have left: artifacts and caches. */
    readonly forgetJobFiles: (stack: string) => Promise<void>;
}

/**
 * Disconnects a stack from its repository: credentials, secrets, hook, mirror and what jobs have left are gone at once; deployments,
 * pipelines and events are kept, containers are left alone. Throws `not_found`, and `conflict` where a deployment runs.
 */
export async function disconnectRepository(
    ports: DisconnectPorts,
    { stack, caller }: { readonly stack: string; readonly caller: Caller },
): Promise<void> {
    const repository = await ports.repositories.findByStack(stack);
    if (repository === undefined) {
        throw new AppError("not_found", `repository: the stack "${stack}" is not connected to one`);
    }
    await clearDeployments(ports, stack, caller);
    await clearPipelines(ports, stack, caller);
    await ports.buildConfigs.delete(stack);
    await ports.repositories.delete(stack);
    await forgetMirror(ports, repository.url);
    await ports.forgetJobFiles(stack);
    ports.host.push("gitRepositoryUpdate", { stackName: stack, repository: null });
    ports.host.refreshStacks();
}
