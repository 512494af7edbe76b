import { describe, expect, it } from "vitest";
import { checkContainment } from "../../../../backend/cicd/compose/containment.ts";
import { loadProject } from "../../../../backend/cicd/compose/load-project.ts";
import { buildOverride } from "../../../../backend/cicd/compose/override.ts";
import { memoryReader, type MemoryFiles } from "../../../support/compose-files.ts";

const shared = { "shared/a/x": "", "shared/b.env": "", "shared/c.conf": "" };

/** The part of the override that is about services and configs. */
async function override(files: MemoryFiles, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    const reader = memoryReader({ ...shared, ...files });
    const lookup = (name: string) => variables[name];
    const loaded = await loadProject({ reader, files: ["shop/compose.yaml"], folder: "shop", lookup });
    if (!loaded.ok) {
        throw new Error(JSON.stringify(loaded.violations));
    }
    const { violations, brought } = await checkContainment(loaded.project, { reader, stack: "shop" });
    expect(violations).toEqual([]);
    const text = buildOverride({
        project: loaded.project,
        stack: "shop",
        commitSha: "c".repeat(40),
        deploymentId: "d1",
        images: new Map(),
        filesHashes: new Map(),
        variables: Object.entries(variables).map(([name, value]) => ({ name, value, secret: false })),
        brought,
    });
    return text.slice(text.indexOf("\n", text.indexOf("deployment:")) + 1);
}

function web(fields: string): MemoryFiles {
    return { "shop/compose.yaml": `services: {web: {image: a, ${fields}}}` };
}

describe("what a service uses from outside of its folder", () => {
    it("is led to its copy, in the place of the whole list; the rest stays", async () => {
        const text = await override(
            web(
                "volumes: ['../shared/a:/a:ro', './own:/own', 'data:/data', {type: bind, source: ../shared/c.conf, target: /c}]",
            ),
        );

        expect(text).toContain("volumes: !override");
        expect(text).toContain('- "./.from-repository/shared/a:/a:ro"');
        expect(text).toMatch(/- "?\.\/own:\/own"?/);
        expect(text).toMatch(/- "?data:\/data"?/);
        expect(text).toContain('source: "./.from-repository/shared/c.conf"');
        expect(text).not.toContain("../");
    });

    it.each([
        ["env_file: ../shared/b.env", /env_file: !override\n +- "\.\/\.from-repository\/shared\/b\.env"/],
        [
            "env_file: [../shared/b.env, own.env]",
            /!override\n +- "\.\/\.from-repository\/shared\/b\.env"\n +- "?own\.env/,
        ],
        ["env_file: [{path: ../shared/b.env, required: false}]", /path: "\.\/\.from-repository\/shared\/b\.env"/],
    ])("is found as %s", async (fields, expected) => {
        expect(await override(web(fields))).toMatch(expected);
    });

    it("is found as the file of a config and of a secret", async () => {
        const text = await override({
            "shop/compose.yaml":
                "services: {web: {image: a}}\nconfigs: {c: {file: ../shared/c.conf}}\nsecrets: {s: {file: ../shared/b.env}, own: {file: s.txt}}\n",
        });

        expect(text).toContain('file: "./.from-repository/shared/c.conf"');
        expect(text).toContain('file: "./.from-repository/shared/b.env"');
        expect(text).not.toContain("s.txt");
    });

    it("is found from the folder of an included file, and beside variables", async () => {
        const text = await override(
            {
                "shop/compose.yaml": "include: [sub/db.yaml]\nservices: {web: {image: a}}",
                "shop/sub/db.yaml":
                    "services: {db: {image: a, volumes: ['../../shared/a:/a', './own:/own', '../up:/${TARGET}']}}",
            },
            { TARGET: "up" },
        );

        expect(text).toContain('- "./.from-repository/shared/a:/a"');
        expect(text).toContain('- "./sub/./own:/own"');
        expect(text).toContain('- "./sub/../up:/up"');
    });

    it("leaves everything as it is where nothing lies outside", async () => {
        expect(await override(web("volumes: ['./own:/own'], env_file: own.env"))).toBe("");
    });
});
