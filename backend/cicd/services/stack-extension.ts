import type { StackCICDExtension } from "../../../common/schema/stack.ts";
import type { BuildConfigStore } from "../core/build-config.ts";
import { viewBuildConfig } from "../core/build-config.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { RepositoryStore } from "../core/git-repository.ts";
import { viewRepository } from "../core/git-repository.ts";
import { findPin, type FindPinPorts } from "./find-pin.ts";
import { viewMany, type ViewPorts } from "./view-deployments.ts";

export interface ExtensionPorts extends ViewPorts, Pick<FindPinPorts, "stackStates"> {
    readonly repositories: RepositoryStore;
    readonly buildConfigs: BuildConfigStore;
    readonly deployments: DeploymentStore;
    readonly baseUrl: string;
}

const historyLength = 20;

/** What CI/CD adds to a stack: repository, build configuration, and the last 20 deployments. */
export async function extendStack(ports: ExtensionPorts, stack: string): Promise<StackCICDExtension> {
    const [repository, buildConfig, records, pinned] = await Promise.all([
        ports.repositories.findByStack(stack),
        ports.buildConfigs.findByStack(stack),
        ports.deployments.list(stack, historyLength),
        findPin(ports, stack),
    ]);
    const deploymentHistory = await viewMany(ports, stack, records);
    return {
        gitRepository: repository && viewRepository(repository, ports.baseUrl),
        buildConfig: buildConfig && viewBuildConfig(buildConfig),
        latestDeployment: deploymentHistory[0],
        deploymentHistory,
        pinned,
    };
}
