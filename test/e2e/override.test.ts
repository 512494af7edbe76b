import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { composeConfig } from "../../backend/cicd/commands/compose.ts";
import { effectiveServices } from "../../backend/cicd/compose/effective-services.ts";
import { buildOverride } from "../../backend/cicd/compose/override.ts";
import { readServiceModel, serviceHashes } from "../../backend/cicd/compose/service-model.ts";
import type { Variable } from "../../backend/cicd/core/build-config.ts";
import { loadMemoryProject, type MemoryFiles, sha256 } from "../support/compose-files.ts";

const run = promisify(execFile);
const plain = [
    { name: "PORT", value: "8080", secret: false },
    { name: "PRICE", value: "5$ x", secret: false },
    { name: "JSON", value: '{"a": "$1"}', secret: false },
    { name: "EMPTY", value: "", secret: false },
];
const secrets = [
    { name: "TOKEN", value: "s3$cret", secret: true },
    { name: "BLANK", value: "", secret: true },
];
const variables: readonly Variable[] = [...plain, ...secrets];

const Rendered = z.looseObject({ services: z.record(z.string(), z.record(z.string(), z.unknown())) });
type Services = z.infer<typeof Rendered>["services"];

/** `docker compose config` asks no engine, only for the client and its plugin. */
describe.skipIf(process.env["DOCKER_HOST"] === undefined)("files as the real Compose reads them", () => {
    let root = "";

    beforeAll(() => {
        root = mkdtempSync(join(tmpdir(), "override-"));
    });

    afterAll(() => {
        rmSync(root, { recursive: true, force: true });
    });

    function write(files: MemoryFiles): string {
        const directory = mkdtempSync(join(root, "s"));
        for (const [path, text] of Object.entries(files)) {
            mkdirSync(dirname(join(directory, path)), { recursive: true });
            writeFileSync(join(directory, path), text);
        }
        return directory;
    }

    async function config(
        directory: string,
        given: readonly Variable[],
        files: readonly string[] = [],
    ): Promise<string> {
        const environment = Object.fromEntries(given.map(({ name, value }) => [name, value]));
        const { argv } = composeConfig({ stack: "shop", directory, environment });
        const [program, ...args] = argv;
        const withFiles = [...args.slice(0, 1), ...files.flatMap((file) => ["-f", file]), ...args.slice(1)];
        const env = {
            PATH: process.env["PATH"],
            HOME: root,
            DOCKER_CONFIG: process.env["DOCKER_CONFIG"],
            PWD: directory,
        };
        const { stdout } = await run(program, withFiles, { cwd: directory, env: { ...env, ...environment } });
        return stdout;
    }

    /** The services with and without our override, the latter as a deployment without one would run. */
    async function compare(files: MemoryFiles) {
        const values = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
        const project = await loadMemoryProject(files, values);
        const built = [...effectiveServices(project).values()]
            .filter((service) => service.built)
            .map(({ name }) => name);
        const images = new Map(built.map((name) => [name, `shop-${name}:abc`]));
        const input = { project, stack: "shop", commitSha: "abc", deploymentId: "d", images, variables };
        const override = buildOverride({ ...input, filesHashes: new Map() });
        const directory = write(files);
        const before = parse(await config(directory, variables));
        writeFileSync(join(directory, "compose.override.yaml"), override);
        const deployed = parse(await config(directory, variables));
        const byHand = parse(await config(directory, secrets));
        return { before, deployed, byHand, built, override, directory };
    }

    function parse(json: string): Services {
        return Rendered.parse(JSON.parse(json)).services;
    }

    async function expectOnlyImages(files: MemoryFiles): Promise<void> {
        const { before, deployed, byHand, built } = await compare(files);

        const expected = Object.fromEntries(
            Object.entries(before).map(([name, { build, ...service }]) => {
                expect(built.includes(name)).toBe(build !== undefined);
                const image = { image: `shop-${name}:abc`, pull_policy: "never" };
                return [name, build === undefined ? service : { ...service, ...image }];
            }),
        );
        expect(deployed).toEqual(expected);
        expect(byHand).toEqual(expected);
    }

    const files = {
        "compose.yaml": `
include: [sub/compose.yaml]
x-common: &common {restart: always, labels: ['a.\${PORT}=1', b=2]}
services:
  web:
    <<: *common
    build: {context: ., args: ['V=\${PORT}']}
    extends: {file: base/common.yml, service: base}
    environment: ['A=$TOKEN', 'B=\${OTHER:-\${PORT}}', TOKEN, PORT, 'C=$$x', 'D=$PRICE', 'J=$JSON', 'E=\${EMPTY:-d}', 'F=\${BLANK}', 'G=\${TOKEN:+on}']
    ports: ['127.0.0.1:\${PORT}:80', '81:81']
    command: [run, '\${PRICE}', '--token=\${TOKEN}']
    healthcheck: {test: [CMD, curl, ':\${PORT}'], interval: 5s}
    deploy: {replicas: 2, resources: {limits: {memory: '\${EMPTY:-64}M'}}}
    extra_hosts: ['h\${PORT}:10.0.0.1']
    networks: {default: {aliases: ['w\${PORT}']}}
    volumes: ['./conf:/conf', 'data:/data\${PORT}', {type: bind, source: './x\${PORT}', target: /y}]
    configs: [c]
  third: {image: 'third:\${PORT}', environment: {T: '\${TOKEN:-x}', U: plain}, env_file: [{path: './e\${PORT}.env', required: false}]}
  job: {image: job, depends_on: [web], logging: {driver: json-file, options: {tag: '\${PORT}'}}}
volumes: {data: {name: 'd_\${PORT}'}}
configs: {c: {content: 'port \${PORT} $$x'}}
`,
        "sub/compose.yaml":
            "services: {db: {build: ., volumes: ['./d:/d', 'v:/v$PORT', '../up:/u'], environment: {P: '$TOKEN'}, env_file: ['x$PORT.env']}}\nvolumes: {v: }\n",
        "sub/Dockerfile": "",
        "sub/x8080.env": "X=1\n",
        "base/common.yml":
            "services: {base: {image: b, environment: {BASE: '$PORT'}, volumes: ['./$PORT:/p', './k:/k'], tmpfs: ['/t$PORT']}}",
        Dockerfile: "",
    };

    it("changes nothing but the images of built services, with all variables and by hand", async () => {
        await expectOnlyImages(files);
    });

    it("refuses by hand without the secrets", async () => {
        const { directory } = await compare(files);

        await expect(config(directory, [])).rejects.toThrow(/set by CI\/CD/);
    });

    it("holds for any mixture of fields", async () => {
        const text = fc.constantFrom(
            "x",
            "$PORT",
            "${TOKEN}",
            "${OTHER:-a}",
            "${OTHER:-${PRICE}}",
            "$$",
            "${EMPTY-d}",
            "${PORT:+p}",
        );
        const pair = fc.tuple(fc.constantFrom("A", "B", "PORT", "TOKEN"), text);
        const unique = fc.uniqueArray(pair, { selector: ([key]) => key, maxLength: 3 });
        const assignments = fc.oneof(
            unique.map((pairs) => Object.fromEntries(pairs)),
            unique.map((pairs) => pairs.map(([key, value]) => `${key}=${value}`)),
            fc.constant(["TOKEN", "PORT", "OTHER"]),
        );
        const service = fc.record(
            {
                build: fc.constantFrom(".", { context: "./x" }),
                environment: assignments,
                labels: assignments.filter((value) => !Array.isArray(value) || !value.includes("TOKEN")),
                command: fc.oneof(text, fc.array(text, { maxLength: 3 })),
                hostname: text,
                volumes: fc.constantFrom(["./a:/a"], ["./a$PORT:/b", "/h:/h"], ["${PWD}/c:/c$PORT"]),
                ports: fc.constantFrom(["80"], ["${PORT}:80", "1:1"]),
                dns: fc.constantFrom("10.0.0.1", ["10.0.0.1"]),
            },
            { requiredKeys: [] },
        );
        const services = fc.dictionary(fc.constantFrom("w1", "w2", "Web_3", "on"), service, { minKeys: 1 });
        await fc.assert(
            fc.asyncProperty(services, async (given) => {
                const named = new Map<string, object>();
                for (const [name, fields] of Object.entries(given)) {
                    named.set(name, fields.build === undefined ? { image: "a", ...fields } : fields);
                }
                await expectOnlyImages({ "compose.yaml": JSON.stringify({ services: Object.fromEntries(named) }) });
            }),
            { numRuns: 15 },
        );
    });

    it("merges several files as Compose does", async () => {
        const base = `
services:
  web:
    build: ./app
    environment: [A=1, 'B=\${X:-2}']
    volumes: ['./a:/x', 'v:/y:ro']
    ports: ['80:80']
    depends_on: [db]
    networks: [front]
    command: [a, b]
    healthcheck: {test: [CMD, a], retries: 3}
    logging: {driver: json-file, options: {max-size: 1m}}
    configs: [{source: c, mode: 0440}]
    labels: {l: '1'}
    dns: 10.0.0.1
    env_file: a.env
    ulimits: {nofile: 10}
  db: {image: db, ports: ['5432:5432'], environment: {P: 1}}
volumes: {v: }
networks: {front: {labels: [a=1]}}
configs: {c: {content: x}}
`;
        const over = `
services:
  web:
    build: {args: {V: 1}}
    environment: {B: 3, C: }
    volumes: [{type: bind, source: ./b, target: /x}, './c:/z']
    ports: ['80:80', '81:81']
    depends_on: {cache: {condition: service_healthy}}
    networks: {front: {aliases: [w]}, back: }
    command: run
    healthcheck: {test: [CMD, b]}
    logging: {options: {max-file: '2'}}
    labels: [m=2]
    dns: [10.0.0.2]
    env_file: [b.env]
    ulimits: {nofile: {soft: 1, hard: 2}}
  db: {ports: !reset [], environment: !override {Q: 2}}
  cache: {image: cache}
networks: {back: , front: {labels: {b: '2'}}}
`;
        const several = { "base.yaml": base, "over.yaml": over, "a.env": "X=1\n", "b.env": "Y=1\n" };
        const project = await loadMemoryProject({ ...several, "app/Dockerfile": "" }, {}, ["base.yaml", "over.yaml"]);

        const directory = write({ ...several, "compose.yaml": project.file.text });

        const byCompose = await config(directory, [], ["base.yaml", "over.yaml"]);
        expect(JSON.parse(await config(directory, []))).toEqual(JSON.parse(byCompose));
    });

    it("gives the same hashes for a stack rendered elsewhere", async () => {
        const [stage, stack] = [write(files), write(files)];

        const staged = readServiceModel(await config(stage, variables), { from: stage, to: stack });
        const there = readServiceModel(await config(stack, variables));

        expect(serviceHashes(staged, sha256)).toEqual(serviceHashes(there, sha256));
        expect(staged.services.map(({ name }) => name)).toEqual(["db", "web", "job", "third"]);
    });
});
