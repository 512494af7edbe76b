import { stackStatus, type StackSummary } from "../../../common/schema/stack.ts";
import { isStackName } from "../../../common/schema/stack-name.ts";
import { statusAcross, viewElsewhere, type Elsewhere } from "../core/elsewhere.ts";
import { defaultComposeFileName, statusOf, type StackContainer, type StackFolder } from "../core/stack.ts";

/** What the list is made of. */
export interface StackSources {
    readonly folders: readonly StackFolder[];
    /** Undefined while the engine is away: then no stack has a status. */
    readonly containers: readonly StackContainer[] | undefined;
    /** The stacks that the plugin knows, with the status of the newest deployment. */
    readonly badges: ReadonlyMap<string, string | undefined>;
    /** Those that are deployed to other machines. */
    readonly elsewhere: ReadonlyMap<string, Elsewhere>;
}

export type StackList = Readonly<Record<string, StackSummary>>;

/** Dockge does not show its own project. */
const hiddenProject = "dockge";

/** The list of stacks: folders with a compose file or known to the plugin, then projects that run without a folder. */
export function listStacks(sources: StackSources): StackList {
    const list = new Map<string, StackSummary>();
    const byProject = groupByProject(sources.containers ?? []);
    for (const folder of sources.folders) {
        if (folder.composeFileName !== undefined || sources.badges.has(folder.name)) {
            list.set(folder.name, folderSummary(folder, sources, byProject.get(folder.name) ?? []));
        }
    }
    for (const [project, containers] of byProject) {
        if (project !== hiddenProject && !list.has(project)) {
            list.set(project, emptySummary(project, statusOf(containers)));
        }
    }
    return Object.fromEntries(list);
}

/** Whether it is a project that runs without a folder here. */
export function isUnmanaged(list: StackList, name: string): boolean {
    const stack = Object.hasOwn(list, name) ? list[name] : undefined;
    return stack !== undefined && !stack.isManagedByDockge && stack.unmanageable === undefined;
}

function folderSummary(
    { name, composeFileName }: StackFolder,
    { containers, badges, elsewhere: others }: StackSources,
    own: readonly StackContainer[],
): StackSummary {
    const manageable = isStackName(name);
    const deploymentStatus = badges.get(name);
    const elsewhere = others.get(name);
    const here = containers === undefined ? stackStatus.unknown : statusOf(own);
    return {
        ...emptySummary(name, elsewhere === undefined ? here : statusAcross(elsewhere, here)),
        isManagedByDockge: manageable,
        composeFileName: composeFileName ?? defaultComposeFileName,
        ...(!manageable && { unmanageable: whyUnmanageable }),
        ...(deploymentStatus !== undefined && { deploymentStatus }),
        ...(elsewhere !== undefined && { elsewhere: viewElsewhere(elsewhere) }),
    };
}

const whyUnmanageable =
    "This folder's name is no name for a stack: Compose projects use only a-z, 0-9, _ and -, starting with a letter " +
    "or digit, at most 64 characters. Rename the folder to manage it here.";

function emptySummary(name: string, status: number): StackSummary {
    return { name, status, tags: [], isManagedByDockge: false, composeFileName: defaultComposeFileName, endpoint: "" };
}

function groupByProject(containers: readonly StackContainer[]): ReadonlyMap<string, readonly StackContainer[]> {
    const groups = new Map<string, StackContainer[]>();
    for (const container of containers) {
        const group = groups.get(container.project);
        if (group === undefined) {
            groups.set(container.project, [container]);
        } else {
            group.push(container);
        }
    }
    return groups;
}
