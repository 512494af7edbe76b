import { dockerfileReferences } from "./dockerfile-references.ts";
import { type FileReference, type ReferenceContext, resolveReference } from "./file-reference.ts";
import { fileReferences } from "./file-references.ts";
import { hostAccess } from "./host-access.ts";
import type { ComposeProject, ProjectFile } from "./compose-project.ts";
import { entriesOf, textOf, treeAt } from "./tree.ts";
import { type Violation, violationAt } from "./violation.ts";

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
    context: Pick<ReferenceContext, "reader"> & { readonly stack: string },
): Promise<Containment> {
    const files = [...project.included, ...project.extended];
    const violations: Violation[] = [...files.flatMap(unsupported), ...definedTwice(project)];
    const references = [
        ...files.flatMap((file) => fileReferences({ file, folder: project.folder })),
        ...dockerfileReferences(project),
    ];
    const found = await outsideReferences(references, { reader: context.reader, folder: project.folder });
    const access = files.flatMap((file) => hostAccess({ file, folder: project.folder }));
    return {
        violations: [...violations, ...found.violations],
        hostAccess: [...new Set(access)],
        warnings: nameWarnings(project, context.stack),
        brought: [...found.brought],
    };
}

async function outsideReferences(
    references: readonly FileReference[],
    context: ReferenceContext,
): Promise<{ readonly violations: readonly Violation[]; readonly brought: ReadonlySet<string> }> {
    const violations: Violation[] = [];
    const brought = new Set<string>();
    const told = new Set<string>();
    for (const reference of references) {
        const resolved = await resolveReference(reference, context);
        if (resolved.ok && resolved.isBrought === true) {
            brought.add(resolved.path);
        }
        // A refused context takes the Dockerfile in it along: one mistake is enough for one place.
        const { file, line, column } = reference.place;
        const place = `${file}:${line}:${column}`;
        if (!resolved.ok && !told.has(place)) {
            told.add(place);
            violations.push(resolved.violation);
        }
    }
    return { violations, brought };
}

/** Compose merges them in some versions, and refuses them in others. */
function definedTwice(project: ComposeProject): readonly Violation[] {
    const seen = new Map<string, string>();
    return project.included.flatMap((file) =>
        entriesOf(treeAt(file.values, "services")).flatMap(([name, service]) => {
            const before = seen.get(name);
            seen.set(name, before ?? file.path);
            const message = `services.${name} is defined in ${before ?? ""} too`;
            return before === undefined
                ? []
                : [violationAt(service.place, "compose_invalid", message, "rename one of the two")];
        }),
    );
}

/** `provider` runs a program of this machine. */
function unsupported(file: ProjectFile): readonly Violation[] {
    return entriesOf(treeAt(file.values, "services")).flatMap(([name, service]) => {
        const provider = treeAt(service, "provider");
        if (provider === undefined) {
            return [];
        }
        const message = `services.${name}.provider runs a program of this machine`;
        return [violationAt(provider.place, "not_contained", message, "use an image in its place")];
    });
}

function nameWarnings(project: ComposeProject, stack: string): readonly string[] {
    const name = textOf(treeAt(project.included[0]?.values, "name"));
    return name === undefined || name === stack ? [] : [`name: ${name} is overridden: the project is called ${stack}`];
}
