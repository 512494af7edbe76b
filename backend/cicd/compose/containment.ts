import { type ReferenceContext, resolveReference } from "./file-reference.ts";
import { fileReferences } from "./file-references.ts";
import { hostAccess } from "./host-access.ts";
import type { ComposeProject, ProjectFile } from "./load-project.ts";
import { entriesOf, textOf, treeAt } from "./tree.ts";
import { type Violation, violationAt } from "./violation.ts";
import { withWorkingDirectory } from "./working-directory.ts";

export interface Containment {
    /** Each ends the deployment before anything is touched. */
    readonly violations: readonly Violation[];
    /** What is allowed, but told in preview and log. Sentences. */
    readonly hostAccess: readonly string[];
    readonly warnings: readonly string[];
    /** Tracked files and folders outside of the compose file's folder that services use: to be copied to the stack. */
    readonly brought: readonly string[];
}

/**
 * Checks every file that Compose, a build or a relative mount would read, in all files of a project (contract §7
 * *Files that compose reads*).
 */
export async function checkContainment(
    project: ComposeProject,
    context: Omit<ReferenceContext, "folder"> & { readonly stack: string },
): Promise<Containment> {
    const files = [...project.included, ...project.extended];
    const violations: Violation[] = files.flatMap(unsupported);
    const access = new Set<string>();
    const brought = new Set<string>();
    for (const file of files) {
        const lookup = withWorkingDirectory(context.lookup, project.folder, file.directory);
        violations.push(...(await outsideReferences(file, { ...context, lookup, folder: project.folder }, brought)));
        hostAccess(file, lookup).forEach((sentence) => access.add(sentence));
    }
    const warnings = nameWarnings(project, context.stack);
    return { violations, hostAccess: [...access], warnings, brought: [...brought] };
}

async function outsideReferences(
    file: ProjectFile,
    context: ReferenceContext,
    brought: Set<string>,
): Promise<readonly Violation[]> {
    const violations: Violation[] = [];
    for (const reference of fileReferences(file, context.lookup)) {
        const resolved = await resolveReference(reference, context);
        if (resolved.ok && resolved.isBrought === true) {
            brought.add(resolved.path);
        }
        // A refused context takes the Dockerfile in it along: one mistake is enough for one place.
        const told = violations.some(
            ({ line, column }) => line === reference.place.line && column === reference.place.column,
        );
        if (!resolved.ok && !told) {
            violations.push(resolved.violation);
        }
    }
    return violations;
}

/** `provider` runs a program of this machine. */
function unsupported(file: ProjectFile): readonly Violation[] {
    return entriesOf(treeAt(file.tree, "services")).flatMap(([name, service]) => {
        const provider = treeAt(service, "provider");
        if (provider === undefined) {
            return [];
        }
        const message = `services.${name}.provider runs a program of this machine`;
        return [violationAt(provider.place, "not_contained", message, "use an image in its place")];
    });
}

function nameWarnings(project: ComposeProject, stack: string): readonly string[] {
    const name = textOf(treeAt(project.file.tree, "name"));
    return name === undefined || name === stack ? [] : [`name: ${name} is overridden: the project is called ${stack}`];
}
