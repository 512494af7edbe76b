import { describe, expect, it } from "vitest";
import { z } from "zod";
import { mergeCompose } from "../../../../backend/cicd/compose/merge-compose.ts";
import { type ComposeFile, parseCompose } from "../../../../backend/cicd/compose/parse-compose.ts";
import { toData } from "../../../../backend/cicd/compose/tree.ts";
import { containing } from "../../../support/containing.ts";

const Services = z.looseObject({ services: z.record(z.string(), z.unknown()) });

function file(path: string, text: string): ComposeFile {
    const parsed = parseCompose(path, text);
    if (!parsed.ok) {
        throw new Error(JSON.stringify(parsed.mistakes));
    }
    return parsed.file;
}

function merge(base: string, over: string): unknown {
    const merged = mergeCompose([
        file("base.yaml", `services: {web: ${base}}`),
        file("over.yaml", `services: {web: ${over}}`),
    ]);
    if (!merged.ok) {
        return merged.mistakes;
    }
    const again = parseCompose("compose.yaml", merged.file.text);
    const data = again.ok ? toData(again.file.tree) : again.mistakes;
    expect(data).toEqual(toData(merged.file.tree));
    return Services.parse(data).services["web"];
}

describe("mergeCompose", () => {
    it("gives a single file back unchanged", () => {
        const only = file("docker-compose.yml", "# mine\nservices: { web: {image: a} }\n");

        expect(mergeCompose([only])).toEqual({ ok: true, file: only });
    });

    it.each([
        ["scalars are replaced", "{image: a, restart: always}", "{image: b}", { image: "b", restart: "always" }],
        ["commands are replaced", "{command: [a, b]}", "{command: [c]}", { command: ["c"] }],
        [
            "environment merges by key, list over map",
            "{environment: {A: 1, B: 2}}",
            "{environment: ['B=3', C]}",
            { environment: { A: 1, B: "3", C: null } },
        ],
        [
            "labels merge by key, map over list",
            "{labels: [a=1, b=2]}",
            "{labels: {b: x}}",
            { labels: { a: "1", b: "x" } },
        ],
        [
            "volumes merge by container path",
            "{volumes: ['./a:/x', 'v:/y:ro']}",
            "{volumes: [{type: bind, source: ./b, target: /x}, '${D:-./c}:/z']}",
            { volumes: [{ type: "bind", source: "./b", target: "/x" }, "v:/y:ro", "${D:-./c}:/z"] },
        ],
        [
            "ports are appended, equal ones once",
            "{ports: ['80:80']}",
            "{ports: ['80:80', '81:81']}",
            { ports: ["80:80", "81:81"] },
        ],
        [
            "healthcheck merges by field",
            "{healthcheck: {test: [CMD, a], retries: 3}}",
            "{healthcheck: {test: [CMD, b]}}",
            { healthcheck: { test: ["CMD", "b"], retries: 3 } },
        ],
        [
            "build texts become contexts",
            "{build: ./a}",
            "{build: {args: {X: 1}}}",
            { build: { context: "./a", args: { X: 1 } } },
        ],
        [
            "depends_on lists become maps",
            "{depends_on: [a]}",
            "{depends_on: {b: {condition: service_healthy}}}",
            { depends_on: { a: { condition: "service_started" }, b: { condition: "service_healthy" } } },
        ],
        [
            "logging options go with their driver",
            "{logging: {driver: a, options: {x: y}}}",
            "{logging: {driver: b}}",
            { logging: { driver: "b" } },
        ],
        ["!reset takes away", "{build: ., ports: ['1:1']}", "{build: !reset null, ports: !reset []}", {}],
        [
            "!override replaces whole",
            "{ports: ['1:1'], environment: {A: 1}}",
            "{ports: !override ['2:2'], environment: !override {B: 2}}",
            { ports: ["2:2"], environment: { B: 2 } },
        ],
        ["null over a variable wins", "{environment: {A: 1}}", "{environment: {A: }}", { environment: { A: null } }],
        ["null over a command wins", "{command: [a]}", "{command: }", { command: null }],
        [
            "null over anything else adds nothing",
            "{networks: {back: {aliases: [x]}}, healthcheck: {test: a}, hostname: h}",
            "{networks: [back], healthcheck: , hostname: }",
            { networks: { back: { aliases: ["x"] } }, healthcheck: { test: "a" }, hostname: "h" },
        ],
        [
            "single texts in the place of lists are added",
            "{dns: 10.0.0.1, tmpfs: /a, env_file: a.env}",
            "{dns: 10.0.0.2, tmpfs: [/b], env_file: b.env}",
            { dns: ["10.0.0.1", "10.0.0.2"], tmpfs: ["/a", "/b"], env_file: ["a.env", "b.env"] },
        ],
        [
            "hosts are added, map to list",
            "{extra_hosts: ['a:10.0.0.1']}",
            "{extra_hosts: {a: 10.0.0.2, b: [10.0.0.3, 10.0.0.4]}}",
            { extra_hosts: ["a:10.0.0.1", "a=10.0.0.2", "b=10.0.0.3", "b=10.0.0.4"] },
        ],
        [
            "labels with variables in their keys stay a list",
            "{labels: {a$: 1, b: }}",
            "{labels: ['l.${X}=2']}",
            { labels: ["a$$=1", "b", "l.${X}=2"] },
        ],
    ])("%s", (_, base, over, expected) => {
        expect(merge(base, over)).toEqual(expected);
    });

    it("lets a service extend what its own file says of another, not what a later file changes there", () => {
        const base = file(
            "base.yaml",
            "services: {a: {image: a, dns: x}, b: {extends: a, ports: ['1:1']}, c: {extends: {service: b}}}",
        );
        const over = file("over.yaml", "services: {a: {dns: y}, b: {ports: !override ['2:2']}}");

        const merged = mergeCompose([base, over]);

        expect(merged.ok && toData(merged.file.tree)).toEqual({
            services: {
                a: { image: "a", dns: ["x", "y"] },
                b: { image: "a", dns: "x", ports: ["2:2"] },
                c: { image: "a", dns: "x", ports: ["1:1"] },
            },
        });
    });

    it("keeps the tags of a service that extends one of another file: they mean that too", () => {
        const base =
            "{extends: {file: c.yaml, service: x}, ports: ['1:1'], dns: !reset null, labels: !override {a: 1}}";
        const over = file(
            "over.yaml",
            "services: {web: {ports: !override ['2:2'], build: !reset null, dns: y, labels: {b: 2}}}",
        );

        const merged = mergeCompose([file("base.yaml", `services: {web: ${base}}`), over]);

        const text = merged.ok ? merged.file.text : "";
        expect(text).toContain('ports: !override\n      - "2:2"\n');
        expect(text).toContain("build: !reset null\n");
        expect(text).toContain("dns: !override y\n");
        expect(text).toContain("labels: !override\n      a: 1\n      b: 2\n");
    });

    it("leaves services that extend each other in a circle to Compose", () => {
        const base = file("base.yaml", "services: {a: {extends: b}, b: {extends: a}, c: {extends: gone}}");

        expect(mergeCompose([base, file("over.yaml", "services: {c: {image: x}}")])).toMatchObject({ ok: true });
    });

    it("merges subnets by their address", () => {
        const network = (config: string): string =>
            `services: {web: {image: a}}\nnetworks: {n: {ipam: {config: ${config}}}}`;

        const merged = mergeCompose([
            file("base.yaml", network("[{subnet: 10.8.0.0/24}]")),
            file("over.yaml", network("[{subnet: 10.8.0.0/24, gateway: 10.8.0.1}, {subnet: 10.9.0.0/24}]")),
        ]);

        expect(merged.ok && toData(merged.file.tree)).toMatchObject({
            networks: {
                n: { ipam: { config: [{ subnet: "10.8.0.0/24", gateway: "10.8.0.1" }, { subnet: "10.9.0.0/24" }] } },
            },
        });
    });

    it("keeps variables, octal modes and quoted numbers as they were written", () => {
        const base = file(
            "deploy/prod.yaml",
            "services:\n  web:\n    image: 'a:${TAG:-1}'\n    configs: [{source: c, mode: 0440}]\n    environment: {ID: '010'}\n",
        );
        const merged = mergeCompose([base, file("deploy/more.yaml", "services: {db: {image: b}}")]);

        expect(merged).toMatchObject({ ok: true, file: { path: "deploy/compose.yaml" } });
        const text = merged.ok ? merged.file.text : "";
        expect(text).toMatch(/^# Merged by dockge-cicd from deploy\/prod\.yaml, deploy\/more\.yaml/);
        expect(text).toContain('image: "a:${TAG:-1}"');
        expect(text).toContain("mode: 0440");
        expect(text).toContain('ID: "010"');
    });

    it("refuses extends over a service that is there already", () => {
        expect(merge("{image: a}", "{extends: {service: x}}")).toMatchObject([
            { file: "over.yaml", message: containing("services.web.extends") },
        ]);
    });
});
