import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Overridden, loadGenerated, overridden } from "../support/compose/overridden.ts";
import { type GeneratedProject, generatedProjects } from "../support/compose/projects.ts";
import { type Model, renderModel, writeProject } from "../support/compose/rendered.ts";
import { plainVariables, secretVariables } from "../support/compose/service-fields.ts";

const variables = { ...plainVariables, ...secretVariables };
/** Another one tries other projects. */
const seed = Number(process.env["OVERRIDE_SEED"] ?? 20_261_122);

const Labels = z.record(z.string(), z.string()).default({});

/** What the fields of a project may say against each other; everything else that Compose refuses is a mistake here. */
const contradictions = /must be unique|can't set distinct values|conflicting parameters|neither an image nor a build/;

/** `docker compose config` asks no engine, only for the client and its plugin. */
describe.skipIf(process.env["DOCKER_HOST"] === undefined)("any compose project, as the real Compose reads it", () => {
    let root = "";

    beforeAll(async () => {
        root = await mkdtemp(join(tmpdir(), "projects-"));
    });

    afterAll(async () => {
        await rm(root, { recursive: true, force: true });
    });

    /** The project as its files mean it, before a deployment; undefined where they contradict each other. */
    async function renderAsWritten({ files, composeFiles, ownOverride }: GeneratedProject): Promise<Model | undefined> {
        const own = ownOverride === undefined ? {} : { "own.yaml": ownOverride };
        const directory = await writeProject(root, { ...files, ...own });
        const paths = [...composeFiles, ...Object.keys(own)].map((path) => join(directory, path));
        try {
            return await renderModel(directory, variables, paths);
        } catch (error) {
            if (contradictions.test(String(error))) {
                return undefined;
            }
            throw error;
        }
    }

    it("differs by the images that were built, and by nothing else", async () => {
        await fc.assert(
            fc.asyncProperty(generatedProjects(), async (generated) => {
                const [before, loaded] = await Promise.all([renderAsWritten(generated), loadGenerated(generated)]);
                fc.pre(before !== undefined);
                if (!loaded.ok) {
                    throw new Error(JSON.stringify(loaded.violations));
                }
                const { project } = loaded;
                const changes = overridden(project);
                const directory = await writeProject(root, {
                    ...generated.files,
                    [project.file.path]: project.file.text,
                    "compose.override.yaml": changes.override,
                });

                const [deployed, byHand] = await Promise.all([
                    renderModel(directory, variables),
                    renderModel(directory, secretVariables),
                ]);

                const expected = expectedModel(before, changes);
                expect(deployed).toEqual(expected);
                expect(withoutExtensions(byHand)).toEqual(withoutExtensions(expected));
            }),
            { numRuns: 25, seed, interruptAfterTimeLimit: 40_000 },
        );
    });
});

/** The same project with the wanted images, our metadata and the hashes of mounted files. */
function expectedModel(before: Model, { images, filesHashes }: Overridden): Model {
    const services = Object.entries(before.services).map(([name, { build, ...service }]) => {
        expect(images.has(name), `whether ${name} is built`).toBe(build !== undefined);
        const image = images.has(name) ? { image: images.get(name), pull_policy: "never" } : {};
        const hash = filesHashes.get(name);
        const labels =
            hash === undefined ? {} : { labels: { ...Labels.parse(service["labels"]), "cicd.files-hash": hash } };
        return [name, { ...service, ...image, ...labels }] as const;
    });
    const metadata = { stack: "shop", commit: "c".repeat(40), deployment: "d1" };
    return { ...before, services: Object.fromEntries(services), "x-cicd": metadata };
}

/** Nobody reads `x-` fields: their variables are not put in for those who type `docker compose up` by hand. */
function withoutExtensions(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withoutExtensions);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const kept = Object.entries(value).filter(([key]) => !key.startsWith("x-"));
    return Object.fromEntries(kept.map(([key, child]) => [key, withoutExtensions(child)]));
}
