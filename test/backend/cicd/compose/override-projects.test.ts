import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ComposeProject } from "../../../../backend/cicd/compose/compose-project.ts";
import { usesVariables } from "../../../../backend/cicd/compose/deployed-variables.ts";
import { effectiveServices } from "../../../../backend/cicd/compose/effective-services.ts";
import { mergeServices } from "../../../../backend/cicd/compose/merge-trees.ts";
import { parseCompose } from "../../../../backend/cicd/compose/parse-compose.ts";
import { readYaml } from "../../../../backend/cicd/compose/read-yaml.ts";
import { entriesOf, textOf, type Tree, treeAt, type TreeMap } from "../../../../backend/cicd/compose/tree.ts";
import { writeYaml } from "../../../../backend/cicd/compose/write-yaml.ts";
import { loadGenerated, overridden, variables } from "../../../support/compose/overridden.ts";
import { type GeneratedProject, generatedProjects } from "../../../support/compose/projects.ts";
import { secretVariables } from "../../../support/compose/service-fields.ts";

const given = new Map(variables.map((variable) => [variable.name, variable]));

async function load(generated: GeneratedProject): Promise<ComposeProject> {
    const loaded = await loadGenerated(generated);
    if (!loaded.ok) {
        throw new Error(JSON.stringify(loaded.violations));
    }
    return loaded.project;
}

async function everyProject(holds: (project: ComposeProject, generated: GeneratedProject) => unknown): Promise<void> {
    await fc.assert(
        fc.asyncProperty(generatedProjects(), async (generated) => {
            await holds(await load(generated), generated);
        }),
        { numRuns: 100, interruptAfterTimeLimit: 15_000 },
    );
}

function read(text: string): TreeMap {
    const parsed = readYaml("compose.override.yaml", text);
    if (!parsed.ok || parsed.tree?.kind !== "map") {
        throw new Error(text);
    }
    return parsed.tree;
}

function uses(tree: Tree): boolean {
    if (tree.kind === "scalar") {
        return usesVariables(tree.text, given);
    }
    const children = tree.kind === "list" ? tree.items : [...tree.entries.values()];
    return children.some(uses);
}

/** Whether a service has a text with a variable of ours, or takes one by its name alone. */
function needsVariables(service: TreeMap): boolean {
    const fields = entriesOf(service).filter(
        ([key]) => !key.startsWith("x-") && !/^(build|extends|develop)$/.test(key),
    );
    const environment = treeAt(service, "environment");
    const names =
        environment?.kind === "list" ? environment.items.map(textOf) : entriesOf(environment).map(([key]) => key);
    return fields.some(([, value]) => uses(value)) || names.some((name) => name !== undefined && given.has(name));
}

describe("the override of any compose project", () => {
    it("is a compose file, and reads back as it was written", async () => {
        await everyProject((project) => {
            const { override } = overridden(project);

            expect(parseCompose("compose.override.yaml", override)).toMatchObject({ ok: true });
            const comments = override.split("\n", 2).map((line) => line.slice(2));
            expect(writeYaml(read(override), comments)).toBe(override);
        });
    });

    it("is the same for the same project, but for what it says of the deployment", async () => {
        await everyProject(async (project, generated) => {
            const { override } = overridden(project);

            expect(overridden(await load(generated)).override).toBe(override);
            const next = overridden(project, { commitSha: "d".repeat(40), deploymentId: "d2" }).override;
            expect(next.split("\n").slice(6)).toEqual(override.split("\n").slice(6));
        });
    });

    it("gives built services their image, and names no others than those that need it", async () => {
        await everyProject((project) => {
            const { override, images, filesHashes } = overridden(project);
            const named = new Map(entriesOf(treeAt(read(override), "services")));

            for (const [name, { tree, built }] of effectiveServices(project)) {
                const own = named.get(name);
                if (own?.kind !== "map") {
                    expect(built || filesHashes.has(name), name).toBe(false);
                    continue;
                }
                const merged = mergeServices(tree, own);
                const image = built ? images.get(name) : textOf(treeAt(merged, "image"));
                expect(textOf(treeAt(merged, "image"))).toBe(image);
                expect(merged.entries.has("build")).toBe(false);
                expect(own.entries.has("pull_policy")).toBe(built);
                expect(built || filesHashes.has(name) || needsVariables(tree), name).toBe(true);
            }
            expect([...named.keys()].filter((name) => !effectiveServices(project).has(name))).toEqual([]);
        });
    });

    it("never holds the value of a secret", async () => {
        await everyProject((project) => {
            const { override } = overridden(project);

            expect(override).not.toContain(secretVariables.TOKEN);
            expect(override).not.toContain(secretVariables.TOKEN.replaceAll("$", "$$$$"));
        });
    });
});
