import { type BuildStep, buildSteps } from "./build-steps.ts";
import { type FileReference, isRemote } from "./file-reference.ts";
import type { ComposeProject } from "./compose-project.ts";
import { pathReference, type ReferencePlace } from "./path-reference.ts";
import { isNull, textOf, type Tree, treeAt } from "./tree.ts";

/**
 * The Dockerfiles of all services. A Dockerfile is relative to the context, and the two may come from different files
 * once a service extends another: only together can they be judged.
 */
export function dockerfileReferences(project: ComposeProject): readonly FileReference[] {
    return [...buildSteps(project)].flatMap(([name, steps]) => dockerfilesOf(project, `services.${name}.build`, steps));
}

function dockerfilesOf(project: ComposeProject, what: string, steps: readonly BuildStep[]): readonly FileReference[] {
    const dockerfile = last(steps, "dockerfile")?.node;
    const isInline = dockerfile === undefined && last(steps, "dockerfile_inline") !== undefined;
    const own = steps.at(-1);
    if (own === undefined || isInline) {
        return [];
    }
    const context = last(steps, "context") ?? { step: own, node: undefined };
    const folder = textOf(context.node) ?? ".";
    if (isRemote(folder)) {
        return [];
    }
    const at = { file: context.step.file, folder: project.folder };
    const node = dockerfile ?? context.node ?? own.build;
    return dockerfileAt(at, what, { node, folder, name: textOf(dockerfile) ?? "Dockerfile" });
}

/** It, and the files that say what of the context it may not see. */
function dockerfileAt(
    at: ReferencePlace,
    what: string,
    { node, folder, name }: { readonly node: Tree; readonly folder: string; readonly name: string },
): readonly FileReference[] {
    const path = dockerfilePath(folder, name);
    const beside = (other: string): FileReference => pathReference(at, what, node, { use: "inside", path: other });
    const missingCode = "dockerfile_missing";
    return [
        pathReference(at, `${what}.dockerfile`, node, { use: "build", path, missingCode }),
        beside(dockerfilePath(folder, ".dockerignore")),
        beside(`${path}.dockerignore`),
    ];
}

function dockerfilePath(folder: string, name: string): string {
    return name.startsWith("/") ? name : `${folder === "" ? "." : folder}/${name}`;
}

/** The value that wins: of the service itself, before those of what it extends. */
function last(steps: readonly BuildStep[], key: string): { readonly step: BuildStep; readonly node: Tree } | undefined {
    for (const step of steps.toReversed()) {
        const node = key === "context" && step.build.kind === "scalar" ? step.build : treeAt(step.build, key);
        if (node !== undefined && !isNull(node) && node.tag !== "!reset") {
            return { step, node };
        }
    }
    return undefined;
}
