import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diskFiles } from "../../backend/cicd/adapters/disk/files.ts";
import { checkContainment } from "../../backend/cicd/compose/containment.ts";
import { createComposeReader } from "../../backend/cicd/compose/compose-reader.ts";
import { loadProject } from "../../backend/cicd/compose/load-project.ts";
import { stackScope } from "../../backend/cicd/compose/scope.ts";
import { compose } from "../support/docker.ts";

const canary = "canary-of-another-stack";
let root: string;

async function write(files: Readonly<Record<string, string>>): Promise<string> {
    const repository = join(root, "shop");
    for (const [path, text] of Object.entries(files)) {
        const place = join(repository, path);
        await mkdir(dirname(place), { recursive: true });
        await (text.startsWith("-> ") ? symlink(text.slice(3), place) : writeFile(place, text));
    }
    return repository;
}

/** What is wrong with a repository, before Compose reads anything. */
async function check(repository: string, environment: string) {
    const reader = createComposeReader(diskFiles, repository);
    const scope = stackScope({}, environment);
    const files = ["compose.yaml"] as const;
    const loaded = await loadProject({ reader, files, folder: "", lookup: scope.lookup, scope });
    return loaded.ok
        ? (await checkContainment(loaded.project, { reader, stack: "shop" })).violations
        : loaded.violations;
}

beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "cicd-reads-"));
    await writeFile(join(root, "other.env"), `FOUND=${canary}\n`);
    await mkdir(join(root, "shop2"));
    await writeFile(join(root, "shop2/x.env"), `FOUND=${canary}\n`);
});

afterEach(async () => {
    await rm(root, { recursive: true });
});

const web = "services:\n  web:\n    image: a\n";
const envFile = (path: string): string => `${web}    env_file: ${JSON.stringify(path)}\n`;
const included = (path: string): string => JSON.stringify({ services: { inner: { image: "a", env_file: path } } });

/** Each makes Compose read a file outside of the repository. */
const attacks: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["a path", { "compose.yaml": envFile("../other.env") }],
    ["a default", { "compose.yaml": envFile("${NONE:-../other.env}") }],
    ["a neighbour's folder", { "compose.yaml": envFile("${PWD}2/x.env") }],
    ["a variable of this machine", { "compose.yaml": envFile("./${HOME:+../other.env}") }],
    ["a variable of Compose's own", { "compose.yaml": envFile("./${COMPOSE_PROJECT_NAME:+../other.env}") }],
    ["a letter that counts as another", { "compose.yaml": envFile("./${\u017F:-../other.env}") }],
    ["a very long name", { "compose.yaml": envFile(`./in/$${"A".repeat(300)}/../../other.env`) }],
    ["a comment that ends early", { "compose.yaml": `${web}    # x\u2028    env_file: ../other.env\n` }],
    [
        "a comment that ends at a next-line character",
        { "compose.yaml": `${web}    # x\u0085    env_file: ../other.env\n` },
    ],
    ["a comment that ends at a carriage return", { "compose.yaml": `${web}    # x\r    env_file: ../other.env\n` }],
    ["a text that is decoded", { "compose.yaml": `${web}    env_file: !!binary ${btoa("../other.env")}\n` }],
    [
        "an anchor inside another",
        { "compose.yaml": `x-a: &a {path: a.env, i: &a ../other.env}\n${web}    env_file: *a\n` },
    ],
    ["a value of .env behind another", { "compose.yaml": envFile("${UP}/other.env"), ".env": "A='x' UP=..\n" }],
    [
        "a value of .env among several lines",
        { "compose.yaml": envFile("${UP}/other.env"), ".env": "UP=..\nA='\nUP=in\n'\n" },
    ],
    ["a value of .env by this machine", { "compose.yaml": envFile("./${UP:+../other.env}"), ".env": "UP=${HOME}\n" }],
    [
        "an included folder's .env",
        {
            "compose.yaml": `include: [sub/c.yaml]\n${web}`,
            "sub/c.yaml": included("${UP:-.}/other.env"),
            "sub/.env": "UP=../..\n",
        },
    ],
    [
        "an included file's env_file",
        {
            "compose.yaml": `include: [{path: sub/c.yaml, env_file: sub/v}]\n${web}`,
            "sub/c.yaml": included("${UP:-.}/other.env"),
            "sub/v": "UP=../..\n",
        },
    ],
    [
        "a link to a file deeper down",
        {
            "compose.yaml": `include: [link.yaml]\n${web}`,
            "link.yaml": "-> a/b.yaml",
            "a/b.yaml": included("../other.env"),
        },
    ],
    [
        "a file that is included, then extended",
        {
            "compose.yaml": `include: [{path: o.yaml, project_directory: in}]\nservices: {top: {extends: {file: o.yaml, service: inner}}}\n`,
            "o.yaml": included("../other.env"),
            "in/x": "",
            "other.env": "A=1\n",
        },
    ],
    ["a link", { "compose.yaml": envFile("link/other.env"), link: "-> .." }],
];

describe("what Compose reads", () => {
    it.each(attacks)("is held where Compose alone would be led outside by %s", async (_, files) => {
        const repository = await write({ "in/y": "", ...files });

        const violations = await check(repository, files[".env"] ?? "");

        expect(await compose(repository, "-p", "shop", "config")).toContain(canary);
        expect(violations.map(({ code }) => code)).not.toEqual([]);
        expect(violations[0]?.message).not.toContain(canary);
    });

    it("is no more than what was checked", async () => {
        const files: Readonly<Record<string, string>> = {
            "compose.yaml": [
                "include: [sub/c.yaml, {path: [o.yaml, p.yaml], project_directory: deep, env_file: [v.env]}]",
                "services:",
                "  web:",
                "    extends: {file: base/b.yaml, service: base}",
                "    env_file: [a.env, {path: gone.env, required: false}]",
                "    volumes: ['./data:/data', '${PWD}/more:/more']",
                "    secrets: [s]",
                "    configs: [c]",
                "secrets: {s: {file: s.txt}}",
                "configs: {c: {file: ./c.txt}}",
            ].join("\n"),
            "sub/c.yaml": included("${FROM_SUB}.env"),
            "sub/.env": "FROM_SUB=x\n",
            "sub/x.env": "B=1\n",
            "o.yaml": '{"services": {"o": {"image": "a", "env_file": "${FROM_V}.env"}}}',
            "p.yaml": '{"services": {"o": {"command": "x"}}}',
            "deep/y.env": "C=1\n",
            "v.env": "FROM_V=y\n",
            "base/b.yaml": '{"services": {"base": {"image": "a", "env_file": "z.env", "build": "../app"}}}',
            "base/z.env": "D=1\n",
            "app/Dockerfile": "FROM scratch\n",
            "a.env": "A=1\n",
            "s.txt": "s",
            "c.txt": "c",
        };
        const repository = await write(files);

        expect(await check(repository, "")).toEqual([]);
        const told = await compose(repository, "-p", "shop", "config");
        for (const value of ['A: "1"', 'B: "1"', 'C: "1"', 'D: "1"', `${repository}/app`]) {
            expect(told).toContain(value);
        }
        for (const needed of ["a.env", "sub/x.env", "deep/y.env", "base/z.env", "base/b.yaml", "p.yaml", "v.env"]) {
            await rm(join(repository, needed));
            await expect(compose(repository, "-p", "shop", "config"), needed).rejects.toThrow();
            await write({ [needed]: files[needed] ?? "" });
        }
    });
});
