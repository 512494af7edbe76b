import type { ComposeProject } from "./compose-project.ts";
import { effectiveServices } from "./effective-services.ts";
import { substitute } from "./interpolation.ts";
import { textOf, treeAt } from "./tree.ts";

/**
 * Service → the image that its compose file names, variables put in as the file that says so sees them. Those whose
 * name is not wholly known are left out.
 */
export function namedImages(project: ComposeProject): ReadonlyMap<string, string> {
    const files = [...project.extended, ...project.included];
    const scopes = new Map(files.flatMap(({ sources, scope }) => sources.map((path) => [path, scope] as const)));
    const images = new Map<string, string>();
    for (const { name, tree } of effectiveServices(project).values()) {
        const node = treeAt(tree, "image");
        const scope = node && scopes.get(node.place.file);
        const image = substitute(textOf(node) ?? "", (variable) => scope?.lookup(variable));
        if (image.text !== "" && image.unresolved.length === 0) {
            images.set(name, image.text);
        }
    }
    return images;
}
