import { AppError } from "../../../common/errors.ts";
import type { Deployment } from "../../../common/schema/deployment.ts";
import type { PageQuery } from "../../../common/schema/page.ts";
import type { DeploymentRecord, DeploymentStore } from "../core/deployment.ts";
import { pageOf, type MutablePage } from "./page.ts";
import { viewMany, type ViewPorts } from "./view-deployments.ts";

export type ListPorts = ViewPorts & { readonly deployments: Pick<DeploymentStore, "list" | "find"> };

/** A stack's deployments, newest first. */
export async function listDeployments(
    ports: ListPorts,
    stack: string,
    { limit, cursor }: PageQuery,
): Promise<MutablePage<Deployment>> {
    const page = pageOf(await ports.deployments.list(stack, limit + 1, cursor), limit);
    return { items: await viewMany(ports, stack, page.items), nextCursor: page.nextCursor };
}

/** A deployment's record; throws `not_found`. */
export async function findDeployment(
    ports: { readonly deployments: Pick<DeploymentStore, "find"> },
    id: string,
): Promise<DeploymentRecord> {
    const record = await ports.deployments.find(id);
    if (record === undefined) {
        throw new AppError(
            "not_found",
            `deployment: there is none with the id ${id}; list the stack's deployments to find one`,
        );
    }
    return record;
}
