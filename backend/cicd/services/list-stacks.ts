import { AppError } from "../../../common/errors.ts";
import type { PageQuery } from "../../../common/schema/page.ts";
import { StackName } from "../../../common/schema/stack-name.ts";
import { stackStatus, type RestStack } from "../../../common/schema/stack.ts";
import { viewBuildConfig } from "../core/build-config.ts";
import { viewRepository } from "../core/git-repository.ts";
import type { Host } from "../core/host.ts";
import type { MutablePage } from "./page.ts";
import { extendStack, type ExtensionPorts } from "./stack-extension.ts";
import { viewMany } from "./view-deployments.ts";

export interface StackPorts extends ExtensionPorts {
    readonly host: Pick<Host, "listStacks">;
}

interface KnownStack {
    readonly name: string;
    readonly status: number;
    readonly unmanageable?: string | undefined;
}

/** All stacks by name, each with its repository, build configuration and latest deployment. */
export async function listStacks(ports: StackPorts, { limit, cursor }: PageQuery): Promise<MutablePage<RestStack>> {
    const known = (await knownStacks(ports)).filter(({ name }) => cursor === undefined || name > cursor);
    const shown = known.slice(0, limit);
    const items = await withLatest(ports, shown);
    return { items, nextCursor: known.length > limit ? (shown.at(-1)?.name ?? null) : null };
}

/** One stack with its last 20 deployments; throws `not_found`. */
export async function findStack(ports: StackPorts, name: string): Promise<RestStack> {
    return { ...(await requireStack(ports, name)), ...(await extendStack(ports, name)) };
}

/** Throws `not_found` unless there is a folder or a connected repository of this name. */
export async function requireStack(ports: StackPorts, name: string): Promise<KnownStack> {
    const stack = (await knownStacks(ports)).find((known) => known.name === name);
    if (stack === undefined) {
        throw new AppError("not_found", `stack: there is none named "${name}"; connect a repository to make it`);
    }
    return stack;
}

/** The host's stacks, and those that are connected but have no compose file yet; sorted by name. */
export async function knownStacks(ports: StackPorts): Promise<readonly KnownStack[]> {
    const [folders, repositories] = await Promise.all([ports.host.listStacks(), ports.repositories.list()]);
    const names = new Set(folders.map(({ name }) => name));
    const connected = repositories
        .filter(({ stackId }) => !names.has(stackId))
        .map(({ stackId }) => ({ name: stackId, status: stackStatus.unknown }));
    return [...folders, ...connected]
        .map(({ name, status }) => ({ name, status, unmanageable: whyUnmanageable(name) }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function whyUnmanageable(name: string): string | undefined {
    return StackName.safeParse(name).error?.issues[0]?.message;
}

async function withLatest(ports: StackPorts, stacks: readonly KnownStack[]): Promise<RestStack[]> {
    const [repositories, buildConfigs, latest] = await Promise.all([
        ports.repositories.list(),
        ports.buildConfigs.list(),
        ports.deployments.latest(),
    ]);
    return Promise.all(
        stacks.map(async (stack) => {
            const repository = repositories.find(({ stackId }) => stackId === stack.name);
            const buildConfig = buildConfigs.find(({ stackId }) => stackId === stack.name);
            const deployment = latest.get(stack.name);
            const [latestDeployment] = deployment === undefined ? [] : await viewMany(ports, stack.name, [deployment]);
            return {
                ...stack,
                gitRepository: repository && viewRepository(repository, ports.baseUrl),
                buildConfig: buildConfig && viewBuildConfig(buildConfig),
                latestDeployment,
            };
        }),
    );
}
