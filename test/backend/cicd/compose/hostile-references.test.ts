import { describe, expect, it } from "vitest";
import { checkContainment } from "../../../../backend/cicd/compose/containment.ts";
import { folderOf } from "../../../../backend/cicd/compose/find-compose-file.ts";
import { loadProject } from "../../../../backend/cicd/compose/load-project.ts";
import { stackScope } from "../../../../backend/cicd/compose/scope.ts";
import { memoryReader, type MemoryFiles } from "../../../support/compose-files.ts";
import { containing } from "../../../support/containing.ts";

const variables = { OUT: "../..", IN: "in", ROOTED: "/etc" };

async function check(files: MemoryFiles, options: { readonly path?: string; readonly environment?: string } = {}) {
    const path = options.path ?? "compose.yaml";
    const reader = memoryReader(files);
    const scope = stackScope(variables, options.environment ?? files[".env"] ?? "");
    const loaded = await loadProject({ reader, files: [path], folder: folderOf(path), lookup: scope.lookup, scope });
    return loaded.ok
        ? checkContainment(loaded.project, { reader, stack: "shop" })
        : { violations: loaded.violations, hostAccess: [], warnings: [], brought: [] };
}

/** A compose file that names one path, written as JSON, which is YAML, so that nothing of it needs quoting. */
type Construct = (path: string) => object;

const image = "a";
const inline = { context: ".", dockerfile_inline: "FROM scratch" };
const web = (fields: object): object => ({ services: { web: { image, ...fields } } });
const build = (fields: object): object => web({ build: { ...inline, ...fields } });
const beside = (fields: object): object => ({ services: { web: { image } }, ...fields });

/** What a service says. */
const serviceConstructs: Readonly<Record<string, Construct>> = {
    "services.web.env_file": (path) => web({ env_file: path }),
    "services.web.env_file ": (path) => web({ env_file: ["ok.env", path] }),
    "services.web.env_file  ": (path) => web({ env_file: [{ path, required: false, format: "raw" }] }),
    "services.web.label_file": (path) => web({ label_file: path }),
    "services.web.label_file ": (path) => web({ label_file: ["ok.env", path] }),
    "services.web.credential_spec.file": (path) => web({ credential_spec: { file: path } }),
    "services.web.security_opt": (path) => web({ security_opt: ["no-new-privileges:true", `seccomp=${path}`] }),
    "services.web.security_opt ": (path) => web({ security_opt: [`seccomp:${path}`] }),
    "services.web.develop.watch": (path) => web({ develop: { watch: [{ path, action: "sync", target: "/x" }] } }),
    "services.web.build.context": (path) => web({ build: path }),
    "services.web.build.context ": (path) => web({ build: { context: path, dockerfile_inline: "FROM scratch" } }),
    "services.web.build.dockerfile": (path) => web({ build: { context: ".", dockerfile: path } }),
    "services.web.build.additional_contexts": (path) => build({ additional_contexts: { a: path } }),
    "services.web.build.additional_contexts ": (path) => build({ additional_contexts: [`a=${path}`] }),
    "services.web.build.additional_contexts  ": (path) => build({ additional_contexts: { a: `oci-layout://${path}` } }),
    "services.web.build.ssh": (path) => build({ ssh: [`key=${path}`] }),
    "services.web.build.ssh ": (path) => build({ ssh: { default: path } }),
    "services.web.build.cache": (path) => build({ cache_from: ["nginx", `type=local,src=${path}`] }),
    "services.web.build.cache ": (path) => build({ cache_to: [`mode=max,TYPE=Local,dest=in,dest=${path}`] }),
    "services.web.build.cache  ": (path) => build({ cache_to: [`"type=local","dest=${path}"`] }),
};

/** What makes Compose read a file, or a container use it. */
const constructs: Readonly<Record<string, Construct>> = {
    ...serviceConstructs,
    include: (path) => beside({ include: [path] }),
    "include ": (path) => beside({ include: [{ path: ["ok.yaml", path] }] }),
    "include.project_directory": (path) => beside({ include: [{ path: "ok.yaml", project_directory: path }] }),
    "include.env_file": (path) => beside({ include: [{ path: "ok.yaml", env_file: path }] }),
    "include.env_file ": (path) => beside({ include: [{ path: "ok.yaml", env_file: ["/dev/null", path] }] }),
    "services.web.extends.file": (path) => web({ extends: { file: path, service: "ok" } }),
    "secrets.s.file": (path) => beside({ secrets: { s: { file: path } } }),
    "configs.c.file": (path) => beside({ configs: { c: { file: path } } }),
};

const mounts: Readonly<Record<string, Construct>> = {
    "a short mount": (path) => web({ volumes: [`${path}:/x`] }),
    "a short mount with options": (path) => web({ volumes: [`${path}:/x:ro,z`] }),
    "a long mount": (path) => web({ volumes: [{ type: "bind", source: path, target: "/x" }] }),
    "a long mount whose type is a variable": (path) =>
        web({ volumes: [{ type: "${TYPE:-bind}", source: path, target: "/x" }] }),
    "a long mount whose type this machine decides": (path) =>
        web({ volumes: [{ type: "${HOME:+bind}", source: path, target: "/x" }] }),
    "a named volume that is a folder": (path) =>
        beside({ volumes: { v: { driver: "local", driver_opts: { type: "none", o: "bind", device: path } } } }),
};

const hostile: readonly (readonly [string, string])[] = [
    ["above", "../../x"],
    ["above, after a folder", "in/../../x"],
    ["absolute", "/etc/passwd"],
    ["in a home", "~/x"],
    ["in somebody's home", "~root/x"],
    ["a symlink to a file", "file-link"],
    ["in a symlink to a folder", "folder-link/passwd"],
    ["a variable's value", "${OUT}/x"],
    ["a variable's value, absolute", "${ROOTED}/x"],
    ["a default", "${NONE:-../../x}"],
    ["a default in a default", "${NONE:-${OTHER-../../x}}"],
    ["the value of the stack's .env", "${FROM_ENV}/x"],
    ["a value of several lines in .env", "${HIDDEN}/x"],
    ["a value that follows another on its line", "${BEHIND}/x"],
    ["a neighbour's folder", "${PWD}2/x"],
    ["above the stack's folder", "${PWD}/../x"],
    ["by this machine's variable", "${HOME}/x"],
    ["where this machine has a variable", "./in${HOME:+/../../x}"],
    ["where this machine has a variable of .env", "./in${DATA:+/../../x}"],
    ["where a build is known by a variable", "./in${CI:+/../../x}"],
    ["with a letter that Compose takes for another", "./${\u017F:-../../x}"],
    ["with a name that is very long", `./in/$${"A".repeat(300)}/../../x`],
    ["with a brace too many", "./in${NONE:-{}/../../x}"],
    ["with very many levels", `${"${A:-".repeat(40)}../../x${"}".repeat(40)}`],
];

const environment = "FROM_ENV=../..\nHIDDEN=../..\nA='\nHIDDEN=in\n' BEHIND=../..\nDATA=${HOME}/data\n";

const other = '{"services": {"ok": {"image": "a"}}}';

const repository: MemoryFiles = {
    "ok.env": "A=1",
    "ok.yaml": other,
    "in/x": "",
    "in/ok.yaml": other,
    Dockerfile: "FROM scratch",
    "in/Dockerfile": "FROM scratch",
    "file-link": "-> /etc/passwd",
    "folder-link": "-> /etc",
    ".env": environment,
};

function files(compose: object, others: MemoryFiles = {}): MemoryFiles {
    return { ...repository, "compose.yaml": JSON.stringify(compose), ...others };
}

describe("every construct that names a file", () => {
    const rows = Object.entries(constructs)
        .flatMap(([what, construct]) => hostile.map(([how, path]) => ({ what, how, path, construct })))
        // A Dockerfile is always found from its context, where a home directory means nothing.
        .filter(({ what, path }) => !(what.endsWith("dockerfile") && path.startsWith("~")));

    it.each(rows)("$what is refused when it lies $how", async ({ what, path, construct }) => {
        const { violations } = await check(files(construct(path)));

        expect(violations).toHaveLength(1);
        expect(violations[0]).toMatchObject({ code: "not_contained", file: "compose.yaml", line: 1 });
        expect(violations[0]?.message).toContain(what.trim());
        expect(violations[0]?.hint).not.toBe("");
    });

    it.each(rows)(
        "$what is refused $how, in a file of another folder that is included",
        async ({ path, construct }) => {
            const included = JSON.stringify({ services: {}, ...construct(`../../../${path}`) });
            const compose = { include: ["deep/a/b/c.yaml"], services: { other: { image } } };
            const nested = {
                "deep/a/b/c.yaml": included,
                "deep/a/b/ok.env": "",
                "deep/a/b/ok.yaml": other,
            };
            const outside = /^(\/|~|\$\{(ROOTED|HOME|PWD))/.test(path) ? construct(path) : undefined;
            const text = outside === undefined ? included : JSON.stringify({ services: {}, ...outside });

            const { violations } = await check(files(compose, { ...nested, "deep/a/b/c.yaml": text }));

            expect(violations).toMatchObject([{ code: "not_contained", file: "deep/a/b/c.yaml" }]);
        },
    );

    it.each(Object.entries(serviceConstructs).map(([what, construct]) => ({ what, construct })))(
        "$what is refused in a service that another one extends",
        async ({ construct }) => {
            const compose = { services: { top: { extends: { file: "deep/base.yaml", service: "web" } } } };
            const base = JSON.stringify(construct("../../x"));

            const { violations } = await check(files(compose, { "deep/base.yaml": base, "deep/ok.env": "" }));

            expect(violations.map(({ code }) => code)).toEqual(["not_contained"]);
        },
    );

    it.each(Object.entries(constructs).map(([what, construct]) => ({ what, construct })))(
        "$what is let through inside the repository",
        async ({ what, construct }) => {
            const kinds: readonly (readonly [RegExp, string])[] = [
                [/^include *$|extends/, "ok.yaml"],
                [/dockerfile *$/, "Dockerfile"],
                [/context|project_directory/, ""],
            ];
            const path = kinds.find(([kind]) => kind.test(what))?.[1] ?? "x";
            const written = [
                `in/${path}`,
                `./in/${path}`,
                `\${IN}/${path}`,
                `\${NONE:-in}/${path}`,
                `\${PWD}/in/${path}`,
            ];
            const usable = /contexts {2}/.test(what) ? [] : written;
            for (const value of what === "services.web.build.dockerfile" ? usable.slice(0, 4) : usable) {
                const text = construct(what === "include " ? "in/ok.yaml" : value);
                expect((await check(files(text, { "in/x": "" }))).violations, value).toEqual([]);
            }
        },
    );

    it.each([
        "https://h/x.git",
        "git@h:x",
        "github.com/a/b",
        "oci://h/x",
        "ssh://h/x",
        "git@x/../../y",
        "./x://../../y",
    ])("refuses what lies elsewhere: %s", async (path) => {
        const local = Object.entries(constructs).filter(([what]) => !/cache|ssh|security_opt|dockerfile/.test(what));
        for (const [what, construct] of local) {
            expect((await check(files(construct(path)))).violations, what).toMatchObject([{ code: "not_contained" }]);
        }
    });
});

describe("every form of a mount", () => {
    const rows = Object.entries(mounts).flatMap(([what, construct]) =>
        hostile.map(([how, path]) => ({ what, how, path, construct })),
    );

    it.each(rows)("$what that lies $how is refused or told", async ({ path, construct }) => {
        // Compose takes for a path what begins like one.
        const { violations, hostAccess } = await check(files(construct(/^[a-z]/.test(path) ? `./${path}` : path)));

        expect(violations.length + hostAccess.length).toBeGreaterThan(0);
        if (violations.length > 0) {
            expect(violations).toMatchObject([{ code: "not_contained" }]);
        }
    });

    it.each(Object.entries(mounts).map(([what, construct]) => ({ what, construct })))(
        "$what is let through inside the folder",
        async ({ construct }) => {
            for (const path of ["./in", "./data", "./${IN}", "${PWD}/in", "./${NONE:-in}"]) {
                expect(await check(files(construct(path))), path).toMatchObject({ violations: [], hostAccess: [] });
            }
        },
    );

    it.each([
        ["${V:-/etc:/x}", "mounts /etc of this machine"],
        ["${HOME:+/etc:}/x", "mounts ${HOME:+/etc:}/x of this machine, by its value of HOME"],
        ["./in${HOME:+/../../x}:/x", "mounts ./in${HOME:+/../../x} of this machine, by its value of HOME"],
        ["${DATA}/x:/x", "mounts ${DATA}/x of this machine, by its value of DATA"],
    ])("tells of the host mount %s", async (mount, sentence) => {
        expect(await check(files(web({ volumes: [mount] })))).toMatchObject({ hostAccess: [`web ${sentence}`] });
    });

    it("takes a single letter for a drive, as Compose does", async () => {
        const { violations } = await check(files(web({ volumes: ["c:x/../../../etc:/x"] })));

        expect(violations).toMatchObject([{ code: "not_contained" }]);
    });
});

describe("files that change what others mean", () => {
    it("judges a Dockerfile by the context that it gets in the end", async () => {
        const compose = {
            services: { web: { extends: { file: "a/b/base.yaml", service: "web" }, build: { context: "." } } },
        };
        const base = { services: { web: { build: { context: ".", dockerfile: "../../Dockerfile" } } } };

        const { violations } = await check(files(compose, { "a/b/base.yaml": JSON.stringify(base) }));

        expect(violations).toMatchObject([
            { code: "not_contained", message: containing("services.web.build.dockerfile") },
        ]);
    });

    it("finds the base's Dockerfile in the context of the service that extends it", async () => {
        const compose = {
            services: { web: { extends: { file: "a/base.yaml", service: "web" }, build: { context: "./in" } } },
        };
        const base = { services: { web: { build: { dockerfile: "x" } } } };

        expect(await check(files(compose, { "a/base.yaml": JSON.stringify(base) }))).toMatchObject({ violations: [] });
    });

    it("refuses an ignore file that is a symlink to outside", async () => {
        const compose = web({ build: "." });

        for (const name of [".dockerignore", "Dockerfile.dockerignore"]) {
            const { violations } = await check(files(compose, { [name]: "-> /etc/passwd" }));
            expect(violations).toMatchObject([{ code: "not_contained", message: containing(name) }]);
        }
    });

    it("takes paths from where a link lies, not from where it leads", async () => {
        const compose = { include: ["link.yaml"], services: { a: { image } } };
        const linked = { "link.yaml": "-> a/b/c.yaml", "a/b/c.yaml": JSON.stringify(web({ env_file: "../../x" })) };

        expect(await check(files(compose, linked))).toMatchObject({ violations: [{ code: "not_contained" }] });
    });

    it("checks a file again whose paths are relative to another folder the second time", async () => {
        const compose = {
            include: [{ path: "other.yaml", project_directory: "a/b" }],
            services: { top: { extends: { file: "other.yaml", service: "web" } } },
        };
        const twice = { "other.yaml": JSON.stringify(web({ env_file: "../../x" })), "a/b/x": "" };

        expect(await check(files(compose, twice))).toMatchObject({ violations: [{ code: "not_contained" }] });
    });

    it("refuses a project_directory that is a file", async () => {
        const compose = beside({ include: [{ path: "ok.yaml", project_directory: "in/x" }] });

        expect(await check(files(compose))).toMatchObject({
            violations: [{ message: containing("in/x is no folder") }],
        });
    });

    it.each([
        ["its folder's .env", {}, { "sub/.env": "UP=../.." }],
        ["a named file", { env_file: "in/vars" }, { "in/vars": "UP=../.." }],
        [
            "the file of the one that includes it",
            { path: "mid/m.yaml" },
            { "mid/.env": "UP=../..", "mid/m.yaml": '{"include": ["../sub/c.yaml"]}' },
        ],
    ])("knows the variables that an included file has from %s", async (_, entry, others) => {
        const compose = beside({ include: [{ path: "sub/c.yaml", ...entry }] });
        const included = { "sub/c.yaml": JSON.stringify({ services: { s: { image, env_file: "${UP:-.}/x" } } }) };

        expect(await check(files(compose, { ...included, ...others }))).toMatchObject({
            violations: [{ code: "not_contained", file: "sub/c.yaml" }],
        });
    });

    it("lets an included file's variables replace none of the stack's", async () => {
        const compose = beside({ include: ["sub/c.yaml"] });
        const included = {
            "sub/c.yaml": JSON.stringify({ services: { s: { image, env_file: "${OUT}/x" } } }),
            "sub/.env": "OUT=.",
        };

        expect(await check(files(compose, included))).toMatchObject({ violations: [{ code: "not_contained" }] });
    });

    it("refuses a service of the same name in two files", async () => {
        const compose = { include: ["ok.yaml"], services: { ok: { image } } };

        expect(await check(files(compose))).toMatchObject({
            violations: [{ message: containing("services.ok is defined in") }],
        });
    });

    it("looks at services that no profile starts", async () => {
        const compose = web({ profiles: ["never"], env_file: "/etc/passwd" });

        expect(await check(files(compose))).toMatchObject({ violations: [{ code: "not_contained" }] });
    });
});
