import { overrideMark } from "../../../common/generated-override.ts";
import type { Variable } from "../core/build-config.ts";
import { ownLabels } from "../core/engine.ts";
import { createBring } from "./brought-files.ts";
import { type EffectiveService, effectiveServices } from "./effective-services.ts";
import { type ComposeProject, directoriesOf } from "./compose-project.ts";
import { type VariableMap, withOwnVariables } from "./deployed-variables.ts";
import { type FieldContext, overrideService, overrideSource } from "./override-fields.ts";
import { entriesOf, mapNode, resetNode, textNode, type Tree, treeAt, type TreeMap } from "./tree.ts";
import { writeYaml } from "./write-yaml.ts";

export interface OverrideInput {
    readonly project: ComposeProject;
    readonly stack: string;
    readonly commitSha: string;
    readonly deploymentId: string;
    /** Service → image that was built for it. Services that build but are not named keep their `image:`. */
    readonly images: ReadonlyMap<string, string>;
    /** Service → its third-party image with the digest that it stays at. */
    readonly pinned?: ReadonlyMap<string, string> | undefined;
    /** Service → hash of the tracked files that it mounts (`filesHashes`). */
    readonly filesHashes: ReadonlyMap<string, string>;
    readonly variables: readonly Variable[];
    /** What is copied from outside of the compose file's folder (`Containment.brought`). */
    readonly brought?: readonly string[] | undefined;
}

/**
 * The text of `compose.override.yaml`: images of built services in the place of `build`, values of the variables, and
 * hashes of mounted files. What belongs to the deployment stands in `x-cicd`, which recreates nothing.
 */
export function buildOverride(input: OverrideInput): string {
    const context = fieldContext(input);
    const services = [...effectiveServices(input.project).values()].flatMap((service) => {
        const override = serviceOverride(service, input, context);
        return override.entries.size === 0 ? [] : [[service.name, override] as const];
    });
    const metadata = [
        ["stack", textNode(input.stack)],
        ["commit", textNode(input.commitSha)],
        ["deployment", textNode(input.deploymentId)],
    ] as const;
    const sections = ["networks", "volumes", "configs", "secrets"].flatMap((kind) =>
        sectionOverride(kind, input.project, context),
    );
    const parts: [string, Tree][] = [["x-cicd", mapNode(metadata)]];
    if (services.length > 0) {
        parts.push(["services", mapNode(services)]);
    }
    return writeYaml(mapNode([...parts, ...sections]), [
        `${overrideMark} for commit ${input.commitSha}; every deployment writes it anew.`,
        "Your own changes belong in the repository, or in .env.",
    ]);
}

function serviceOverride(service: EffectiveService, input: OverrideInput, context: FieldContext): TreeMap {
    const fields = new Map(overrideService(service.tree, context)?.entries);
    const image = input.images.get(service.name);
    if (image !== undefined) {
        fields.set("image", textNode(image));
        fields.set("pull_policy", textNode("never"));
    }
    const pinned = input.pinned?.get(service.name);
    if (image === undefined && pinned !== undefined) {
        fields.set("image", textNode(pinned));
    }
    if (service.built) {
        // pull_policy alone does not keep a bare `docker compose up` from building.
        fields.set("build", resetNode);
    }
    const filesHash = input.filesHashes.get(service.name);
    if (filesHash !== undefined) {
        const labels = fields.get("labels");
        fields.set("labels", withLabel(labels, ownLabels.filesHash, filesHash));
    }
    return mapNode(fields);
}

function withLabel(labels: Tree | undefined, key: string, value: string): Tree {
    if (labels?.kind === "list") {
        return { ...labels, items: [...labels.items, textNode(`${key}=${value}`)] };
    }
    return mapNode([...entriesOf(labels), [key, textNode(value)]]);
}

function sectionOverride(kind: string, project: ComposeProject, context: FieldContext): [string, Tree][] {
    const changed = project.included.flatMap((file) =>
        entriesOf(treeAt(file.tree, kind)).flatMap(([name, value]) => {
            const override = overrideSource(value, context);
            return override === undefined ? [] : [[name, override] as const];
        }),
    );
    return changed.length === 0 ? [] : [[kind, mapNode(changed)]];
}

function fieldContext(input: OverrideInput): FieldContext {
    const { project } = input;
    const directories = directoriesOf(project);
    const variables = new Map(input.variables.map((variable) => [variable.name, variable]));
    return {
        bring: createBring(project, input.brought ?? []),
        variables,
        seenBy: seenVariables(input, variables),
        offset: (file) => {
            const directory = directories.get(file) ?? project.folder;
            return directory.slice(project.folder.length).replace(/^\//, "");
        },
    };
}

function seenVariables({ project, variables }: OverrideInput, given: VariableMap): FieldContext["seenBy"] {
    const [root, ...others] = project.included;
    const around = root?.scope.lookup;
    const seen = new Map(
        [...project.extended, ...others].flatMap(({ sources, scope }) =>
            sources.map(
                (path) => [path, withOwnVariables(variables, given, scope.lookup, around ?? scope.lookup)] as const,
            ),
        ),
    );
    return (file) => seen.get(file) ?? given;
}
