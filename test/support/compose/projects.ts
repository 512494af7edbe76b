import fc from "fast-check";
import { changedSources, sources } from "./sources.ts";
import { record, serviceFields, stackEnvironment } from "./service-fields.ts";
import { blockYaml, isMap, raw, RawYaml, tagged, type Yaml, type YamlMap } from "./yaml-text.ts";

/** A repository with a compose project, and how it is deployed. */
export interface GeneratedProject {
    /** Path → text. */
    readonly files: Readonly<Record<string, string>>;
    /** The base first. */
    readonly composeFiles: readonly [string, ...string[]];
    /** An override of the user's own that lies in the stack's directory. */
    readonly ownOverride?: string | undefined;
}

interface Parts {
    readonly base: YamlMap;
    readonly over: readonly YamlMap[];
    readonly own: YamlMap | undefined;
    readonly included: YamlMap;
    readonly extra: YamlMap;
    readonly common: YamlMap;
    readonly include: Yaml | undefined;
    readonly baseName: string;
    readonly profiles: string | undefined;
    readonly depth: number;
}

const names = ["w1", "w2", "Web_3"] as const;

/** Compose projects with everything that the specification allows, within what one page can hold. */
export function generatedProjects(): fc.Arbitrary<GeneratedProject> {
    return fc
        .record({
            base: baseFile(),
            over: fc.oneof(
                { weight: 2, arbitrary: fc.constant([]) },
                fc.array(laterFile(), { minLength: 1, maxLength: 2 }),
            ),
            own: fc.option(laterFile(), { nil: undefined, freq: 2 }),
            included: includedFile("i1", "in-"),
            extra: includedFile("i2", "ex-"),
            common: extendedFile(),
            include: fc.option(fc.constantFrom(...includes), { nil: undefined, freq: 2 }),
            baseName: fc.constantFrom("compose.yaml", "compose.yml", "docker-compose.yml", "stack.yaml"),
            profiles: fc.constantFrom(undefined, "debug", "debug,ops", "*"),
            depth: fc.constantFrom(1, 2, 3, 4),
        })
        .map(write);
}

const includes: readonly Yaml[] = [
    "sub/compose.yaml",
    { path: "./sub/compose.yaml" },
    { path: ["sub/compose.yaml", "sub/extra.yaml"] },
    { path: "sub/compose.yaml", project_directory: ".", env_file: "sub.env" },
    { path: "sub/compose.yaml", env_file: ["sub.env", "a.env"] },
];

/** A file with its sources. */
function withSources(own: string, file: fc.Arbitrary<YamlMap>): fc.Arbitrary<YamlMap> {
    return fc.tuple(file, sources(own)).map(([given, sections]) => ({ ...given, ...sections }));
}

/** Some fields, and what makes it a service: an image, a build, or both. */
function service(own: string, more: Readonly<Record<string, fc.Arbitrary<Yaml>>>): fc.Arbitrary<YamlMap> {
    const all = serviceFields(own);
    const image = fc.constantFrom<YamlMap>(
        { image: "shared:1" },
        { image: "app:${TAG}" },
        { build: "." },
        { build: raw("*build") },
        { build: { context: "./app", args: { V: "$PORT" } }, image: "shared:1" },
        { build: raw("*build"), image: "${OTHER:-own}/x:${TAG}@${NONE:-sha256:" + "a".repeat(64) + "}" },
        { "<<": raw("*common") },
        { "<<": raw("[*common, *other]") },
    );
    return fc.tuple(image, fields({ ...all, ...more }, 7)).map(([first, others]) => ({ ...others, ...first }));
}

function fields(all: Readonly<Record<string, fc.Arbitrary<Yaml>>>, maxLength: number): fc.Arbitrary<YamlMap> {
    const one = fc.oneof(...Object.entries(all).map(([key, value]) => value.map((given) => [key, given] as const)));
    return fc.uniqueArray(one, { selector: ([key]) => key, maxLength }).map((pairs) => Object.fromEntries(pairs));
}

function dependencies(others: readonly string[]): fc.Arbitrary<Yaml> {
    const conditions = fc.constantFrom<Yaml>(
        { condition: "service_started" },
        { condition: "service_healthy", restart: true },
        { condition: "service_completed_successfully", required: false },
    );
    return fc.oneof<fc.Arbitrary<Yaml>[]>(
        fc.subarray([...others], { minLength: 1 }),
        fc.record(Object.fromEntries(others.map((name) => [name, conditions])), { requiredKeys: [] }),
    );
}

function baseFile(): fc.Arbitrary<YamlMap> {
    const file = fc.record(
        {
            name: fc.constantFrom("foreign", "shop-${OTHER:-x}"),
            services: fc.record(
                {
                    w1: service("", {}),
                    w2: fc.oneof(
                        service("", { depends_on: dependencies(["w1"]) }),
                        extending({ file: "base/common.yml", service: "base2" }, { depends_on: dependencies(["w1"]) }),
                        extending({ file: "./base/${OTHER:-common}.yml", service: "base1" }, {}),
                    ),
                    Web_3: fc.oneof(
                        service("", { depends_on: dependencies(["w1", "w2"]), links: fc.constant(["w1:alias"]) }),
                        extending({ service: "w1" }, {}),
                        extending("w2", {}),
                    ),
                },
                { requiredKeys: ["w1", "w2"] },
            ),
            "x-top": fc.constantFrom<Yaml>("${TOKEN}", { deep: ["$PORT"] }),
            version: fc.constant("3.8"),
        },
        { requiredKeys: ["services"] },
    );
    return withSources("", file);
}

function extending(what: Yaml, more: Readonly<Record<string, fc.Arbitrary<Yaml>>>): fc.Arbitrary<YamlMap> {
    return fields({ ...serviceFields(""), ...more }, 5).map((own) => ({ ...own, extends: what }));
}

function includedFile(name: string, own: string): fc.Arbitrary<YamlMap> {
    return withSources(own, fc.record({ services: fc.record({ [name]: service(own, {}) }) }));
}

function extendedFile(): fc.Arbitrary<YamlMap> {
    const base2 = fc.oneof(service("", {}), extending({ service: "base1" }, {}), extending("base1", {}));
    return fc.record({ services: fc.record({ base1: service("", {}), base2 }) });
}

/** An override: some services again, some fields with Compose's own tags. */
function laterFile(): fc.Arbitrary<YamlMap> {
    const changed = Object.fromEntries(
        Object.entries(serviceFields("")).map(([key, value]) => [
            key,
            fc.oneof({ weight: 4, arbitrary: value }, change(value)),
        ]),
    );
    const partial = fields(changed, 6);
    const services = record({ ...Object.fromEntries(names.map((name) => [name, partial])), late: service("", {}) });
    return fc
        .tuple(services, changedSources(""))
        .map(([given, sections]) => ({ ...sections, services: given, "x-top": "later" }));
}

function change(value: fc.Arbitrary<Yaml>): fc.Arbitrary<Yaml> {
    return fc.oneof(
        // An alias takes no tag.
        value.filter((given) => !(given instanceof RawYaml)).map((given) => tagged("!override", given)),
        fc.constantFrom<Yaml>(tagged("!reset", null), tagged("!reset", [])),
    );
}

function write(parts: Parts): GeneratedProject {
    const { depth, baseName } = parts;
    const text = (file: YamlMap): string => anchors + blockYaml(file, depth);
    const include = parts.include === undefined ? {} : { include: [parts.include] };
    const over = parts.over.map((file, at) => [`over-${at}.yaml`, text(onlyKnown(file, parts.base))] as const);
    const environment = parts.profiles === undefined ? {} : { COMPOSE_PROFILES: parts.profiles };
    const assignments = Object.entries({ ...stackEnvironment, ...environment });
    return {
        files: {
            ...plainFiles,
            ".env": assignments.map(([key, value]) => `${key}=${value}\n`).join(""),
            "sub/compose.yaml": text(parts.included),
            "sub/extra.yaml": text(parts.extra),
            "base/common.yml": text(parts.common),
            ...Object.fromEntries(over),
            [baseName]: text({ ...include, ...parts.base }),
        },
        composeFiles: [baseName, ...over.map(([path]) => path)],
        ownOverride: parts.own && text(onlyKnown(parts.own, parts.base)),
    };
}

/** A later file only changes services that are there: what it says of others would have no image. */
function onlyKnown(file: YamlMap, base: YamlMap): YamlMap {
    const known = new Set([...Object.keys(isMap(base["services"]) ? base["services"] : {}), "late"]);
    const given = isMap(file["services"]) ? file["services"] : {};
    return { ...file, services: Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name))) };
}

/** Every file has them: an alias reaches no other file. */
const anchors = `x-env: &env {A: one, B: "\${PORT}", TOKEN: "\${TOKEN}"}
x-build: &build {context: ./app, args: {V: "\${PORT}", S: "\${STAGE}"}}
x-other: &other {image: "other:\${TAG}", init: true, environment: *env}
x-common: &common {image: "common:1", restart: always, labels: {from: common, port: "\${PORT}"}}
`;

const plainFiles = {
    "a.env": 'A=file\nX=1 # rest\nQ="$STAGE"\n',
    "b.env": "B=file\nY='2'\n",
    "data.env": "D=1\n",
    "sub.env": "STAGE=sub\nOTHER=\n",
    "data.conf": "x\n",
    "s.txt": "x\n",
    "data.txt": "x\n",
    "app/Dockerfile": "FROM scratch\n",
    Dockerfile: "FROM scratch\n",
    "sub/a.env": "A=sub\n",
    "sub/b.env": "B=sub\n",
    "sub/data.env": "D=sub\n",
    "sub/data.conf": "x\n",
    "sub/s.txt": "x\n",
    "sub/data.txt": "x\n",
    "base/a.env": "A=base\n",
    "base/b.env": "B=base\n",
    "base/data.env": "D=base\n",
} as const;
