import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { effectiveServices } from "../../../../backend/cicd/compose/effective-services.ts";
import type { ComposeProject } from "../../../../backend/cicd/compose/compose-project.ts";
import { mergeTrees } from "../../../../backend/cicd/compose/merge-trees.ts";
import { buildOverride, type OverrideInput } from "../../../../backend/cicd/compose/override.ts";
import { isGeneratedOverride } from "../../../../common/generated-override.ts";
import { parseCompose } from "../../../../backend/cicd/compose/parse-compose.ts";
import { readYaml } from "../../../../backend/cicd/compose/read-yaml.ts";
import { toData, type TreeMap } from "../../../../backend/cicd/compose/tree.ts";
import { loadMemoryProject } from "../../../support/compose-files.ts";

const Services = z.looseObject({ services: z.record(z.string(), z.unknown()).default({}) });

const secret = { name: "TOKEN", value: "s3cret", secret: true };
const variables = [
    { name: "PORT", value: "8080", secret: false },
    { name: "PRICE", value: "5$", secret: false },
    { name: "EMPTY", value: "", secret: false },
    secret,
    { name: "BLANK", value: "", secret: true },
];

function input(project: ComposeProject, more: Partial<OverrideInput> = {}): OverrideInput {
    return {
        project,
        stack: "shop",
        commitSha: "c".repeat(40),
        deploymentId: "d1",
        images: new Map(),
        filesHashes: new Map(),
        variables,
        ...more,
    };
}

function treeOf(text: string): TreeMap {
    const read = readYaml("compose.override.yaml", text);
    if (!read.ok || read.tree?.kind !== "map") {
        throw new Error(text);
    }
    return read.tree;
}

/** The override of one service, tags told as `!tag`. */
async function service(fields: string, more: Partial<OverrideInput> = {}): Promise<unknown> {
    const project = await loadMemoryProject({ "compose.yaml": `services: {web: {image: a, ${fields}}}` });
    const text = buildOverride(input(project, more));
    return Services.parse(toData(treeOf(text.replaceAll(/!(reset|override) ?/g, "")))).services["web"];
}

describe("buildOverride", () => {
    it("says in its first line who wrote it, and keeps what belongs to the deployment in x-cicd", async () => {
        const project = await loadMemoryProject({ "compose.yaml": "services: {web: {image: a}}" });

        const text = buildOverride(input(project));

        expect(isGeneratedOverride(text)).toBe(true);
        expect(toData(treeOf(text))).toEqual({ "x-cicd": { stack: "shop", commit: "c".repeat(40), deployment: "d1" } });
    });

    it("gives every built service its image, and takes the build away", async () => {
        const project = await loadMemoryProject({ "compose.yaml": "services: {web: {build: .}, db: {image: db}}" });

        const text = buildOverride(input(project, { images: new Map([["web", "shop-web:abc"]]) }));

        expect(text).toContain('web:\n    image: "shop-web:abc"\n    pull_policy: "never"\n    build: !reset null\n');
        expect(text).not.toContain("db");
    });

    it.each([
        [
            "environment as a map",
            "environment: {A: '${TOKEN}', P: 'x${PORT}', O: '${OTHER}'}",
            { environment: { A: "${TOKEN:?set by CI/CD}", P: "x8080" } },
        ],
        [
            "environment as a list",
            "environment: ['A=$TOKEN', 'B=1', TOKEN, PORT, OTHER]",
            { environment: { A: "${TOKEN:?set by CI/CD}", TOKEN: "${TOKEN:?set by CI/CD}", PORT: "8080" } },
        ],
        ["a bare environment key", "environment: {TOKEN: }", { environment: { TOKEN: "${TOKEN:?set by CI/CD}" } }],
        [
            "secrets with defaults",
            "environment: {A: '${TOKEN:-x}', B: '${BLANK}', C: '${BLANK:-x}'}",
            { environment: { A: "${TOKEN:?set by CI/CD}", B: "${BLANK?set by CI/CD}", C: "x" } },
        ],
        ["dollar signs in values", "environment: {A: '$PRICE $$x'}", { environment: { A: "5$$ $$x" } }],
        [
            "defaults of other variables",
            "environment: {A: '${OTHER:-${PORT}}', B: '${OTHER:-${TOKEN}}'}",
            { environment: { A: "${OTHER:-8080}", B: "${OTHER:-${TOKEN:?set by CI/CD}}" } },
        ],
        ["empty plain variables", "environment: {A: '${EMPTY:-x}', B: '${EMPTY}'}", { environment: { A: "x", B: "" } }],
        [
            "lists whole",
            "ports: ['${PORT}:80', '1:1'], command: [run, $TOKEN]",
            { ports: ["8080:80", "1:1"], command: ["run", "${TOKEN:?set by CI/CD}"] },
        ],
        ["nested maps", "healthcheck: {test: 'curl :${PORT}', retries: 3}", { healthcheck: { test: "curl :8080" } }],
        ["labels as a list", "labels: ['a=${PORT}', 'b=1']", { labels: { a: "8080" } }],
        ["labels with a variable in the key", "labels: ['a.${PORT}=1', 'b=1']", { labels: ["a.8080=1", "b=1"] }],
    ])("resolves variables in %s", async (_, fields, expected) => {
        expect(await service(fields)).toEqual(expected);
    });

    it.each([
        ["one text in the place of a list", "dns: '10.0.0.$PORT', tmpfs: /t", 'dns: !override\n      - "10.0.0.8080"'],
        [
            "hosts as a map",
            "extra_hosts: {a: '$PORT', b: '2'}",
            'extra_hosts: !override\n      a: "8080"\n      b: "2"',
        ],
    ])("replaces %s whole, as Compose would add to it", async (_, fields, expected) => {
        const project = await loadMemoryProject({ "compose.yaml": `services: {web: {image: a, ${fields}}}` });

        const text = buildOverride(input(project));

        expect(text).toContain(expected);
        expect(text).not.toContain("tmpfs");
    });

    it("builds nothing where the build is taken away", async () => {
        expect(await service("build: !reset []")).toBeUndefined();
        expect(await service("build: !reset {}", { images: new Map() })).toBeUndefined();
    });

    it("leaves x- fields at every level to those who wrote them", async () => {
        const fields =
            "x-a: $PORT, deploy: {x-b: [$TOKEN], replicas: 2}, logging: {options: {tag: a}, x-c: {d: $PORT}}";

        expect(await service(fields)).toBeUndefined();
    });

    it("keeps a variable's name in the place of a config's content", async () => {
        const project = await loadMemoryProject({
            "compose.yaml":
                "services: {web: {image: a}}\nconfigs: {c: {environment: TOKEN}}\nsecrets: {s: {environment: PORT}}",
        });

        expect(buildOverride(input(project))).not.toMatch(/configs|secrets/);
    });

    it("replaces the labels of networks and volumes whole, as Compose refuses one that stands there twice", async () => {
        const project = await loadMemoryProject({
            "compose.yaml": "services: {web: {image: a}}\nvolumes: {v: {labels: ['a=$PORT', 'b=1', 'k.$PORT=2']}}",
        });

        const text = buildOverride(input(project));

        expect(text).toContain('labels: !override\n      - "a=8080"\n      - "b=1"\n      - "k.8080=2"\n');
    });

    it("puts in what only an included file sees of its env files, but for what holds a secret", async () => {
        const project = await loadMemoryProject(
            {
                "compose.yaml":
                    "include: [{path: sub/compose.yaml, env_file: sub/own.env}]\nservices: {web: {image: a}}",
                "sub/compose.yaml":
                    "services: {db: {image: b, environment: {A: '$PORT-$NEAR-$FAR', B: $NEAR}, command: ['$DERIVED', '$PORT']}}\n" +
                    "configs: {c: {file: './$PORT.conf'}}",
                "sub/own.env": "NEAR=1\nFAR=2\nDERIVED=x-$TOKEN\n",
                "sub/8080.conf": "",
            },
            { PORT: "8080", FAR: "root", TOKEN: secret.value },
        );

        const text = buildOverride(input(project));

        expect(toData(treeOf(text))).toMatchObject({
            services: { db: { environment: { A: "8080-1-$FAR" }, command: ["$DERIVED", "8080"] } },
            configs: { c: { file: "./sub/./8080.conf" } },
        });
        expect(text).not.toContain("B:");
        expect(text).not.toContain(secret.value);
    });

    it("resolves the image of a service that is not built", async () => {
        const project = await loadMemoryProject({ "compose.yaml": "services: {web: {image: 'a:${PORT}'}}" });

        expect(buildOverride(input(project))).toContain('image: "a:8080"');
    });

    it("marks replaced lists, as Compose would append them", async () => {
        const project = await loadMemoryProject({
            "compose.yaml": "services: {web: {image: a, ports: ['${PORT}:80']}}",
        });

        expect(buildOverride(input(project))).toContain("ports: !override\n");
    });

    it("says nothing about a service that uses no variable, and never writes a secret's value", async () => {
        const fields =
            "environment: {A: '${TOKEN}', B: '${OTHER:-$TOKEN}', C: '${TOKEN:+on}'}, command: 'x $TOKEN', labels: [l=$TOKEN]";

        expect(await service("environment: {A: '${OTHER}'}")).toBeUndefined();
        expect(JSON.stringify(await service(fields))).not.toContain("s3cret");
    });

    it("puts the hash of mounted files into a label beside others", async () => {
        const more = { filesHashes: new Map([["web", "h1"]]) };

        expect(await service("labels: {a: $PORT}", more)).toEqual({ labels: { a: "8080", "cicd.files-hash": "h1" } });
    });

    it("covers included and extended services, with paths that keep leading to the same files", async () => {
        const project = await loadMemoryProject(
            {
                "compose.yaml":
                    "include: [sub/compose.yaml]\nservices: {web: {extends: {file: base/c.yaml, service: base}}}",
                "sub/compose.yaml": "services: {db: {build: ., volumes: ['./d:/d', 'v:/v$PORT']}}",
                "base/c.yaml": "services: {base: {image: b, env_file: ['x-$PORT.env'], volumes: ['./$PORT:/p']}}",
                "sub/Dockerfile": "",
            },
            { PORT: "8080" },
        );

        const text = buildOverride(input(project, { images: new Map([["db", "db:1"]]) }));

        expect(toData(treeOf(text))).toMatchObject({
            services: {
                db: { image: "db:1", volumes: ["./sub/./d:/d", "v:/v8080"] },
                web: { env_file: ["./base/x-8080.env"], volumes: ["./base/./8080:/p"] },
            },
        });
    });

    it("changes nothing but images and builds where no variable is used", async () => {
        const fields = fc.record(
            {
                image: fc.constantFrom("a", "b:1", "r:5000/x"),
                build: fc.constantFrom(".", { context: "./x", args: ["A=1"] }),
                environment: fc.constantFrom({ A: "${X}" }, ["B=$$1", "C"]),
                command: fc.constantFrom("run", ["a", "b"]),
                volumes: fc.constantFrom(["./a:/a"], ["v:/v:ro", "./b:/b"]),
                ports: fc.constantFrom(["80:80"], [81]),
                labels: fc.constantFrom({ l: "1" }, ["m=2"]),
                depends_on: fc.constantFrom(["w1"], {}),
            },
            { requiredKeys: [] },
        );
        const services = fc.dictionary(fc.constantFrom("w1", "w2", "Web_3", "on", "1e3"), fields, { minKeys: 1 });
        await fc.assert(
            fc.asyncProperty(services, async (given) => {
                const project = await loadMemoryProject({ "compose.yaml": JSON.stringify({ services: given }) });
                const built = [...effectiveServices(project).values()]
                    .filter((entry) => entry.built)
                    .map(({ name }) => name);
                const images = new Map(built.map((name) => [name, `stack-${name.toLowerCase()}:sha`]));

                const override = buildOverride(input(project, { images, variables: [] }));

                const parsed = parseCompose("compose.override.yaml", override);
                expect(parsed.ok).toBe(true);
                const merged = Services.parse(toData(mergeTrees(project.file.tree, treeOf(override)))).services;
                for (const [name, fieldsBefore] of Object.entries(given)) {
                    const { build, ...kept } = fieldsBefore;
                    const image = images.get(name);
                    const expected = build === undefined ? kept : { ...kept, image, pull_policy: "never" };
                    expect(merged[name]).toEqual(expected);
                }
                expect(Object.keys(merged).sort()).toEqual(Object.keys(given).sort());
            }),
        );
    });
});
