import type { ComposeProject } from "../../../backend/cicd/compose/compose-project.ts";
import { effectiveServices } from "../../../backend/cicd/compose/effective-services.ts";
import { folderOf } from "../../../backend/cicd/compose/find-compose-file.ts";
import { loadProject, type LoadedProject } from "../../../backend/cicd/compose/load-project.ts";
import { buildOverride, type OverrideInput } from "../../../backend/cicd/compose/override.ts";
import type { Variable } from "../../../backend/cicd/core/build-config.ts";
import { memoryReader } from "../compose-files.ts";
import type { GeneratedProject } from "./projects.ts";
import { plainVariables, secretVariables, stackEnvironment } from "./service-fields.ts";

export const variables: readonly Variable[] = [
    ...Object.entries(plainVariables).map(([name, value]) => ({ name, value, secret: false })),
    ...Object.entries(secretVariables).map(([name, value]) => ({ name, value, secret: true })),
];

export function loadGenerated({ files, composeFiles, ownOverride }: GeneratedProject): Promise<LoadedProject> {
    const values: Readonly<Record<string, string>> = { ...stackEnvironment, ...plainVariables, ...secretVariables };
    return loadProject({
        reader: memoryReader(files),
        files: composeFiles,
        folder: folderOf(composeFiles[0]),
        ownOverride: ownOverride === undefined ? undefined : { path: "compose.override.yaml", text: ownOverride },
        lookup: (name) => values[name],
    });
}

export interface Overridden {
    readonly override: string;
    /** Service → its image. */
    readonly images: ReadonlyMap<string, string>;
    readonly filesHashes: ReadonlyMap<string, string>;
}

/** The override of a deployment; one service has mounted files that are hashed. */
export function overridden(project: ComposeProject, more: Partial<OverrideInput> = {}): Overridden {
    const services = [...effectiveServices(project).values()];
    const built = services.filter((service) => service.built).map(({ name }) => name);
    const images = new Map(built.map((name) => [name, `shop-${name.toLowerCase()}:${"c".repeat(40)}`]));
    const filesHashes = new Map(services.slice(-1).map(({ name }) => [name, "hash-of-files"]));
    const input = { project, stack: "shop", commitSha: "c".repeat(40), deploymentId: "d1", images, filesHashes };
    return { override: buildOverride({ ...input, variables, ...more }), images, filesHashes };
}
