import { describe, expect, it } from "vitest";
import { effectiveServices } from "../../../../backend/cicd/compose/effective-services.ts";
import { loadProject } from "../../../../backend/cicd/compose/load-project.ts";
import { toData } from "../../../../backend/cicd/compose/tree.ts";
import { loadMemoryProject, type MemoryFiles, memoryReader } from "../../../support/compose-files.ts";
import { containing } from "../../../support/containing.ts";

const one = "services: {web: {image: a}}\n";

function load(files: MemoryFiles, ownOverride?: { path: string; text: string }) {
    const reader = memoryReader(files);
    return loadProject({ reader, files: ["compose.yaml"], folder: "", ownOverride, lookup: () => undefined });
}

describe("loadProject", () => {
    it.each([
        ["compose.yaml", {}, "compose.yaml"],
        ["docker-compose.yml", {}, "docker-compose.yml"],
        ["docker-compose.yml", { "compose.yml": one }, "compose.yaml"],
        ["deploy/prod.yaml", { "compose.yaml": one }, "deploy/compose.yaml"],
    ])("writes a single %s among %j unchanged as %s", async (path, others, expected) => {
        const project = await loadMemoryProject({ [path]: one, ...others }, {}, [path]);

        expect(project.file).toMatchObject({ path: expected, text: one });
    });

    it("merges the user's own override file last", async () => {
        const own = { path: "compose.override.yml", text: "services: {web: {image: mine, restart: always}}" };

        const loaded = await load({ "compose.yaml": one }, own);

        expect(loaded.ok && toData(loaded.project.file.tree)).toEqual({
            services: { web: { image: "mine", restart: "always" } },
        });
    });

    it("tells the mistakes of all files at once", async () => {
        const own = { path: "compose.override.yml", text: "services: {web: 1}" };

        const loaded = await load({ "compose.yaml": "services: {web: {image: [a]}}" }, own);

        expect(loaded.ok ? [] : loaded.violations).toMatchObject([
            { file: "compose.yaml", code: "compose_invalid" },
            { file: "compose.override.yml", code: "compose_invalid" },
        ]);
    });

    it.each([
        ["no services at all", "x-a: 1\n", "has no services"],
        ["an include that is missing", "include: [none.yaml]\nservices: {a: {image: a}}", "none.yaml does not exist"],
        [
            "extends of a missing file",
            "services: {a: {extends: {file: none.yaml, service: b}}}",
            "none.yaml does not exist",
        ],
        ["a broken included file", "include: [broken.yaml]\nservices: {a: {image: a}}", "services.b must be a map"],
    ])("refuses %s", async (_, text, message) => {
        const loaded = await load({ "compose.yaml": text, "broken.yaml": "services: {b: 1}" });

        expect(loaded).toMatchObject({ ok: false, violations: [{ message: containing(message) }] });
    });

    it("ends for files that extend each other, and for very many includes", async () => {
        const circle = await load({
            "compose.yaml": "services: {a: {extends: {file: b.yaml, service: b}}}",
            "b.yaml": "services: {b: {image: b, extends: {file: compose.yaml, service: a}}}",
        });
        expect(circle.ok && [...effectiveServices(circle.project).keys()]).toEqual(["a"]);

        const names = Array.from({ length: 200 }, (_, index) => `f${index}.yaml`);
        const many = Object.fromEntries(names.map((name, index) => [name, `services: {s${index}: {image: a}}`]));
        const loaded = await load({ "compose.yaml": `include: ${JSON.stringify(names)}`, ...many });
        expect(loaded).toMatchObject({ ok: false, violations: [{ message: "more than 100 compose files" }] });
    });
});
