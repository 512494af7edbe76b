import { folderOf } from "./find-compose-file.ts";
import type { ComposeProject, ProjectFile } from "./compose-project.ts";
import { normalizePath } from "./repository-path.ts";
import { entriesOf, isNull, textOf, type Tree, treeAt } from "./tree.ts";
import { fromOwnFolder } from "./working-directory.ts";

/** What one file says of how a service is built, variables put in. */
export interface BuildStep {
    readonly build: Tree;
    readonly file: ProjectFile;
}

const maxExtensions = 20;

/** Service → its `build`, and those of what it extends, the furthest first; services that build nothing are left out. */
export function buildSteps(project: ComposeProject): ReadonlyMap<string, readonly BuildStep[]> {
    const found = new Map<string, readonly BuildStep[]>();
    for (const file of project.included) {
        for (const [name] of entriesOf(treeAt(file.values, "services"))) {
            const steps = stepsOf(project, file, name, 0);
            if (steps.length > 0) {
                found.set(name, steps);
            }
        }
    }
    return found;
}

function stepsOf(project: ComposeProject, file: ProjectFile, name: string, depth: number): readonly BuildStep[] {
    const service = treeAt(file.values, "services", name);
    const build = treeAt(service, "build");
    const own = build === undefined || isNull(build) || build.tag === "!reset" ? [] : [{ build, file }];
    const extension = treeAt(service, "extends");
    const target = textOf(extension) ?? textOf(treeAt(extension, "service"));
    const source = target === undefined ? undefined : extendedFile(project, file, extension, target);
    return target === undefined || source === undefined || depth === maxExtensions
        ? own
        : [...stepsOf(project, source, target, depth + 1), ...own];
}

/** The file that holds what is extended. */
export function extendedFile(
    project: ComposeProject,
    file: ProjectFile,
    extension: Tree | undefined,
    service: string,
): ProjectFile | undefined {
    const written = textOf(treeAt(extension, "file"));
    if (written !== undefined) {
        const path = normalizePath(file.directory, fromOwnFolder(written, project.folder, file.directory));
        const files = [...project.extended, ...project.included];
        return files.find((other) => other.path === path && other.directory === folderOf(other.path));
    }
    const holders = [file, ...project.included];
    return holders.find((other) => treeAt(other.values, "services", service) !== undefined);
}
