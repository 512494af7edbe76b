import fc from "fast-check";
import { record } from "./service-fields.ts";
import type { Yaml, YamlMap } from "./yaml-text.ts";

const labels = fc.constantFrom<Yaml>({ a: "${PORT}" }, ["b=${TOKEN}"]);

/** The networks, volumes, configs and secrets that services of one file may use. */
export function sources(own: string): fc.Arbitrary<YamlMap> {
    return fc.record({
        networks: fc.record({
            [`${own}front`]: network,
            [`${own}back`]: fc.constantFrom<Yaml>(null, {}),
            ...(own === ""
                ? { default: fc.constantFrom<Yaml>({ ipam: { config: [{ subnet: "10.9.0.0/24" }] } }) }
                : {}),
        }),
        volumes: fc.record({
            [`${own}data`]: volume,
            [`${own}outer`]: fc.constantFrom<Yaml>({ external: true }, { external: true, name: "made-${PORT}" }),
        }),
        // Of an included file, Compose refuses one that comes from a variable.
        configs: fc.record({
            [`${own}c`]: own === "" ? fc.oneof(config, fc.constant({ environment: "TOKEN" })) : config,
        }),
        secrets: fc.record({ [`${own}s`]: secret }),
    });
}

/** What a later file may say of some of them. */
export function changedSources(own: string): fc.Arbitrary<YamlMap> {
    return record({
        networks: record({ [`${own}front`]: network, late: fc.constantFrom<Yaml>(null, { internal: true }) }),
        volumes: record({ [`${own}data`]: laterVolume, late: fc.constant(null) }),
    });
}

const network = record({
    name: fc.constantFrom("net-${PORT}", "net"),
    driver: fc.constantFrom("bridge", "${OTHER:-bridge}"),
    driver_opts: fc.constant({ "com.example.opt": "${TAG}", mtu: 1400 }),
    labels,
    internal: fc.boolean(),
    ipam: fc.constant({ config: [{ subnet: "10.8.${OTHER:-0}.0/24" }] }),
    "x-net": fc.constant({ a: ["$PORT"] }),
});

const volume = fc.oneof(
    fc.constant(null),
    record({
        name: fc.constantFrom("vol-${PORT}", "vol"),
        driver_opts: fc.constant({ type: "nfs", o: "addr=${OTHER:-10.0.0.1},rw", device: ":/exports" }),
        labels,
        "x-vol": fc.constant("$TOKEN"),
    }),
);

/** Compose refuses a label of a volume that stands in two files with the same value. */
const laterVolume = fc.constantFrom<Yaml>(
    null,
    { labels: { a: "later-${PORT}", c: "3" } },
    { labels: ["a=last", "d=${TAG}"] },
    { name: "later-${OTHER:-vol}" },
);

const config = fc.constantFrom<Yaml>(
    { content: "port=${PORT} $$x ${TOKEN}\nnext" },
    { file: "./${DIR}.conf" },
    { external: true },
    { content: "fixed", "x-conf": "${PRICE}" },
);

const secret = fc.constantFrom<Yaml>(
    { file: "./s.txt" },
    { file: "./${DIR}.txt", name: "s-${TAG}" },
    { environment: "TOKEN" },
    { external: true, name: "made-${PORT}" },
);
