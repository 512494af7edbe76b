import { describe, expect, it } from "vitest";
import { filesHashes } from "../../../../backend/cicd/compose/files-hash.ts";
import { loadMemoryProject, sha256 } from "../../../support/compose-files.ts";

const compose = `
services:
  one: {image: a, volumes: ['./one.conf:/c']}
  all: {image: a, volumes: [{type: bind, source: ./conf, target: /c}, '\${PWD}/pwd:/p']}
  inline: {image: a, configs: [c], secrets: [{source: s}]}
  kept: {image: a, configs: [f]}
  none: {image: a, volumes: ['./data:/d', 'v:/v', '/etc/x:/x']}
configs: {c: {content: 'x \${V}'}, f: {file: f.txt}}
secrets: {s: {environment: TOKEN}}
volumes: {v: }
`;
const digests = { "one.conf": "1", "conf/a": "2", "conf/b/c": "3", confusing: "4", "f.txt": "5", "pwd/x": "6" };

async function hashes(change: Readonly<Record<string, string>> = {}, variables: Readonly<Record<string, string>> = {}) {
    const values: Readonly<Record<string, string>> = { V: "1", TOKEN: "t", ...variables };
    return filesHashes({
        project: await loadMemoryProject({ "compose.yaml": compose, ...digests }),
        digests: new Map(Object.entries({ ...digests, ...change })),
        lookup: (name) => values[name],
        hash: sha256,
    });
}

describe("filesHashes", () => {
    it("gives only services with tracked files, configs or secrets a hash", async () => {
        expect([...(await hashes()).keys()]).toEqual(["one", "all", "inline", "kept"]);
        expect(await hashes()).toEqual(await hashes());
    });

    it.each([
        ["a mounted file", { "one.conf": "x" }, {}, ["one"]],
        ["a file deep in a mounted folder", { "conf/b/c": "x" }, {}, ["all"]],
        ["a new file in a mounted folder", { "conf/new": "x" }, {}, ["all"]],
        ["a file below ${PWD}", { "pwd/x": "x" }, {}, ["all"]],
        ["a file with a similar name", { confusing: "x" }, {}, []],
        ["a config's file", { "f.txt": "x" }, {}, ["kept"]],
        ["a variable in a config's content", {}, { V: "2" }, ["inline"]],
        ["a secret's variable", {}, { TOKEN: "u" }, ["inline"]],
    ])("changes with %s", async (_, change, variables, expected) => {
        const before = await hashes();

        const after = await hashes(change, variables);

        expect([...after].filter(([name, hash]) => before.get(name) !== hash).map(([name]) => name)).toEqual(expected);
    });

    it("takes its time by the files, not by how often they are mounted", async () => {
        const services = Array.from(
            { length: 2000 },
            (_, at) => `  s${at}: {image: a, volumes: ['.:/a', './d1:/b']}\n`,
        );
        const project = await loadMemoryProject({ "compose.yaml": `services:\n${services.join("")}` });
        const many = Array.from({ length: 100_000 }, (_, at) => [`d${at % 100}/f${at}`, String(at)] as const);
        let hashed = 0;
        function hash(text: string): string {
            hashed += text.length;
            return sha256(text);
        }
        const started = performance.now();

        const found = filesHashes({ project, digests: new Map(many), lookup: () => undefined, hash });

        expect(performance.now() - started).toBeLessThan(5000);
        expect(found.size).toBe(2000);
        expect(hashed).toBeLessThan(5_000_000);
    });
});
