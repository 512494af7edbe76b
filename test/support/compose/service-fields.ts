import fc from "fast-check";
import { raw, type Yaml, type YamlMap } from "./yaml-text.ts";

/** The variables of a generated project. The values of the secret ones stand nowhere else. */
export const plainVariables = { PORT: "8080", TAG: "1.2", PRICE: "5$ x", JSON: '{"a": "$1"}', EMPTY: "", DIR: "data" };
export const secretVariables = { TOKEN: "s3$cret-of-a-test", BLANK: "" };
/** In the stack's own `.env`. */
export const stackEnvironment = { STAGE: "prod" };

type YamlArbitrary = fc.Arbitrary<Yaml>;

const texts = [
    "x",
    "a b: #c",
    "$PORT",
    "${TAG}",
    "${TOKEN}",
    "a-${TOKEN:-none}",
    "${OTHER:-a}",
    "${OTHER:-${PRICE}}",
    "${OTHER-${TOKEN}}",
    "${STAGE}",
    "$$HOME",
    "${EMPTY-d}",
    "${EMPTY:-d}",
    "${PORT:+p}",
    "${BLANK}",
    "${TOKEN:+on}",
    "$JSON",
    "true",
    "0440",
    "1e3",
    "",
    " lead",
    "two\nlines $PORT\n",
];
const text = fc.constantFrom(...texts);
const filled = text.filter((value) => value.trim() !== "" && !/EMPTY|BLANK/.test(value));
const number = fc.constantFrom<Yaml>(1, 2, "${OTHER:-3}");
const flag = fc.boolean();

const keys = ["A", "B", "PORT", "TOKEN", "STAGE", "k.e-y"];
const scalar: YamlArbitrary = fc.oneof(
    { weight: 4, arbitrary: text },
    fc.constantFrom<Yaml>(1, 2.5, true, false, raw("0o17"), raw("1_000"), raw("yes"), raw("2024-01-01"), raw("0x1F")),
);

function uniquePairs(value: YamlArbitrary): fc.Arbitrary<(readonly [string, Yaml])[]> {
    return fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), value), { selector: ([key]) => key, maxLength: 3 });
}

const mapping = uniquePairs(scalar).map((pairs): Yaml => Object.fromEntries(pairs));
const listing = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...keys), text), { selector: ([key]) => key, maxLength: 3 })
    .map((pairs): Yaml => pairs.map(([key, value]) => `${key}=${value}`));
/** `KEY: value`, or `KEY=value`. */
const assignments = fc.oneof(mapping, listing);
const environment = fc.oneof(
    { weight: 3, arbitrary: assignments },
    fc.constantFrom<Yaml>(
        ["TOKEN", "PORT", "OTHER", "STAGE"],
        { TOKEN: null, OTHER: null },
        { "<<": raw("*env"), A: "own" },
        raw("*env"),
    ),
);
const labels = fc.oneof(
    { weight: 3, arbitrary: assignments },
    fc.constantFrom<Yaml>(["l.${PORT}=1", "m=2"], ["bare"], { "<<": raw("*env") }),
);

const build = fc.oneof(
    fc.constantFrom<Yaml>(".", "./app", "app/${DIR}", raw("*build"), { "<<": raw("*build"), target: "own" }),
    record({
        context: fc.constantFrom(".", "./app", "${OTHER:-app}"),
        dockerfile: fc.constantFrom("Dockerfile", "${DIR}.Dockerfile"),
        args: assignments,
        target: text.filter((value) => value !== ""),
        labels: assignments,
        cache_from: fc.constant(["app:cache"]),
        additional_contexts: fc.constantFrom<Yaml>({ more: "./app" }, ["more=./app"]),
        network: fc.constant("none"),
        shm_size: fc.constantFrom<Yaml>("64m", 1024),
        platforms: fc.constant(["linux/amd64"]),
        tags: fc.constant(["app:extra"]),
        "x-build": scalar,
    }),
);

const images = ["app:1", "app:${TAG}", "${OTHER:-reg.example:5000/team/app}:${TAG:-1}", "app-${STAGE}", "cicd/busybox"];

/** What one service may say. `own` begins the names of its file's networks, volumes, configs and secrets. */
export function serviceFields(own: string): Readonly<Record<string, YamlArbitrary>> {
    return { ...plainFields, ...sourceFields(own) };
}

const plainFields: Readonly<Record<string, YamlArbitrary>> = {
    image: fc.constantFrom(...images),
    build,
    environment,
    env_file: fc.constantFrom<Yaml>(
        "a.env",
        "./${DIR}.env",
        ["a.env", "b.env"],
        [{ path: "./${DIR}.env", required: false }, "b.env"],
    ),
    labels,
    annotations: assignments,
    command: fc.oneof(text, fc.array(text, { maxLength: 3 })),
    entrypoint: fc.oneof(filled, fc.array(text, { minLength: 1, maxLength: 2 })),
    ports: subarray([
        "80",
        "${PORT}:80",
        "127.0.0.1:${PORT}:81/udp",
        raw("8443:443"),
        { target: 82, published: "${PORT}", host_ip: "127.0.0.1", protocol: "tcp", mode: "host" },
        { target: 83, published: 9000 },
        "7000-7002:7000-7002",
    ]),
    expose: subarray(["80", 81, "${PORT}"]),
    tmpfs: fc.constantFrom<Yaml>("/run", "/run-${PORT}", ["/run", "/t-${PORT}"]),
    pull_policy: fc.constantFrom("always", "missing", "never", "if_not_present", "build"),
    platform: fc.constantFrom("linux/amd64", "linux/${OTHER:-amd64}"),
    profiles: fc.constantFrom<Yaml>(["debug"], ["ops", "debug"], []),
    scale: fc.constantFrom<Yaml>(0, 1, 2, "${OTHER:-3}"),
    deploy: record({
        replicas: fc.constantFrom<Yaml>(2, "${OTHER:-2}"),
        labels: assignments,
        resources: fc.constantFrom<Yaml>(
            { limits: { memory: "${EMPTY:-64}M", cpus: "0.5" } },
            { reservations: { devices: [{ capabilities: ["gpu"], count: 1 }] } },
        ),
        restart_policy: fc.constant({ condition: "on-failure", delay: "5s" }),
        "x-deploy": text,
    }),
    healthcheck: fc.oneof(
        record({
            test: fc.constantFrom<Yaml>("curl :${PORT}", ["CMD", "curl", ":${PORT}"], ["NONE"]),
            interval: fc.constant("5s"),
            retries: number,
        }),
        fc.constant({ disable: true }),
    ),
    logging: record({
        driver: fc.constantFrom("json-file", "local"),
        options: fc.constantFrom<Yaml>({ tag: "${PORT}" }, { "max-size": "1m", "max-file": 2 }),
    }),
    ulimits: fc.constantFrom<Yaml>({ nofile: 10 }, { nofile: { soft: 10, hard: 20 } }),
    sysctls: fc.constantFrom<Yaml>({ "net.core.somaxconn": 1024 }, ["net.core.somaxconn=${PORT}"]),
    extra_hosts: fc.constantFrom<Yaml>(
        ["h-${PORT}:10.0.0.1"],
        { "h.example": "10.0.0.${OTHER:-2}" },
        { "p.example": "10.0.0.${PORT}", "o.example": "10.0.0.3" },
        ["g=10.0.0.3"],
    ),
    dns: fc.constantFrom<Yaml>("10.0.0.1", "10.0.0.$PORT", ["10.0.0.1", "10.0.0.${OTHER:-2}"], ["10.0.0.$PORT"]),
    dns_search: fc.constantFrom<Yaml>("a.example", "${DIR}.example", ["${OTHER:-b}.example"]),
    cap_add: fc.constantFrom<Yaml>(["NET_ADMIN"], ["NET_ADMIN", "CHOWN"]),
    security_opt: fc.constant(["no-new-privileges:true"]),
    devices: fc.constantFrom<Yaml>(["/dev/null:/dev/n${PORT}"]),
    group_add: fc.constantFrom<Yaml>(["1000", "${OTHER:-mail}"]),
    hostname: filled,
    user: fc.constantFrom("1000:${OTHER:-1}", "1000"),
    working_dir: fc.constantFrom("/w", "/w-${PORT}"),
    restart: fc.constantFrom("always", "unless-stopped", raw("no"), "${OTHER:-on-failure:3}"),
    init: flag,
    tty: flag,
    privileged: fc.constantFrom<Yaml>(false, "${OTHER:-false}"),
    stop_grace_period: fc.constantFrom("1s", "${OTHER:-1m30s}"),
    mem_limit: fc.constantFrom<Yaml>("64m", 67108864, "${OTHER:-1}g"),
    shm_size: fc.constantFrom<Yaml>("64m", "${OTHER:-32m}"),
    cpus: fc.constantFrom<Yaml>(0.5, "${OTHER:-1.5}"),
    container_name: fc.constantFrom("fixed-${PORT}", "fixed"),
    develop: fc.constant({ watch: [{ path: "./app", action: "rebuild" }] }),
    storage_opt: fc.constant({ size: "${OTHER:-1G}" }),
    "x-note": scalar,
    "x-deep": fc.constant({ secret: "${TOKEN}", list: ["$PORT"] }),
};

/** Some of the given fields. */
export function record(fields: Readonly<Record<string, YamlArbitrary>>): fc.Arbitrary<YamlMap> {
    return fc.record({ ...fields }, { requiredKeys: [] });
}

function subarray(items: readonly Yaml[]): YamlArbitrary {
    return fc.subarray([...items], { minLength: 1, maxLength: 3 });
}

function sourceFields(own: string): Readonly<Record<string, YamlArbitrary>> {
    return {
        volumes: subarray([
            "./conf:/conf:ro",
            "./${DIR}:/var",
            `${own}data:/d-\${PORT}`,
            "/abs:/abs",
            "/anonymous",
            { type: "bind", source: "./${DIR}", target: "/bound", bind: { create_host_path: true } },
            { type: "volume", source: `${own}data`, target: "/long", volume: { nocopy: true } },
            { type: "tmpfs", target: "/t-${PORT}", tmpfs: { size: 1000 } },
        ]),
        networks: fc.constantFrom<Yaml>(
            ["default"],
            [`${own}front`, `${own}back`],
            { [`${own}front`]: null, [`${own}back`]: { aliases: ["w-${PORT}", "b"], priority: 3 } },
            { default: { ipv4_address: "${OTHER:-10.9.0.2}" } },
        ),
        configs: fc.constantFrom<Yaml>([`${own}c`], [{ source: `${own}c`, target: "/c-${PORT}", mode: raw("0440") }]),
        secrets: fc.constantFrom<Yaml>([`${own}s`], [{ source: `${own}s`, target: "s-${TAG}", uid: "103" }]),
    };
}
