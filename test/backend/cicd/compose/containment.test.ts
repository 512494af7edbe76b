import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkContainment } from "../../../../backend/cicd/compose/containment.ts";
import { folderOf } from "../../../../backend/cicd/compose/find-compose-file.ts";
import { loadProject } from "../../../../backend/cicd/compose/load-project.ts";
import { memoryReader, type MemoryFiles } from "../../../support/compose-files.ts";
import { containing } from "../../../support/containing.ts";

interface Options {
    readonly path?: string;
    readonly variables?: Readonly<Record<string, string>>;
}

async function check(files: MemoryFiles, options: Options = {}) {
    const path = options.path ?? "compose.yaml";
    const lookup = (name: string) => options.variables?.[name];
    const reader = memoryReader(files);
    const folder = folderOf(path);
    const loaded = await loadProject({ reader, files: [path], folder, lookup });
    return loaded.ok
        ? checkContainment(loaded.project, { reader, stack: "shop" })
        : { violations: loaded.violations, hostAccess: [], warnings: [], brought: [] };
}

async function messages(files: MemoryFiles, options: Options = {}): Promise<readonly string[]> {
    return (await check(files, options)).violations.map(({ message }) => message);
}

const web = (fields: string): string => `services:\n  web:\n    image: a\n    ${fields}\n`;

describe("checkContainment", () => {
    it("lets an ordinary stack pass", async () => {
        const files = {
            "compose.yaml":
                "include: [sub/compose.yaml]\nservices:\n  web:\n    build: .\n    env_file: [.env, {path: app.env, required: false}]\n" +
                "    volumes: ['./conf:/conf', './data:/data', 'v:/v']\n    secrets: [s]\n    extends: {file: common.yml, service: base}\n" +
                "secrets: {s: {file: ./s.txt}}\nvolumes: {v: }\n",
            "sub/compose.yaml": "services: {db: {image: b, env_file: db.env, volumes: ['./init:/init']}}",
            "common.yml": "services: {base: {image: c}}",
            Dockerfile: "FROM scratch",
            "conf/a": "",
        };

        expect(await check(files)).toEqual({ violations: [], hostAccess: [], warnings: [], brought: [] });
    });

    it.each([
        ["an absolute env_file", web("env_file: /etc/passwd")],
        ["an env_file above the root", web("env_file: [{path: ../x.env}]")],
        ["an env_file in a home", web("env_file: ~/x.env")],
        ["a label_file", web("label_file: /etc/hosts")],
        ["a credential file", web("credential_spec: {file: /x}")],
        ["a secret file", `${web("")}secrets: {s: {file: /root/.ssh/id_rsa}}`],
        ["a config file", `${web("")}configs: {s: {file: ../../x}}`],
        ["a build context", web("build: /")],
        ["a build context above", web("build: {context: ../..}")],
        ["a Dockerfile above its context", web("build: {context: ., dockerfile: ../Dockerfile}")],
        ["an absolute Dockerfile", web("build: {context: ., dockerfile: /etc/passwd}")],
        ["an additional context", web("build: {context: ., dockerfile_inline: x, additional_contexts: {a: /etc}}")],
        [
            "an additional context in a list",
            web("build: {context: ., dockerfile_inline: x, additional_contexts: [a=/etc]}"),
        ],
        [
            "an OCI layout",
            web("build: {context: ., dockerfile_inline: x, additional_contexts: {a: 'oci-layout:///x'}}"),
        ],
        ["an ssh key", web("build: {context: ., dockerfile_inline: x, ssh: ['k=/root/.ssh/id_rsa']}")],
        ["a local cache", web("build: {context: ., dockerfile_inline: x, cache_to: ['type=local,dest=/tmp/x']}")],
        ["an include", `include: [/etc/x.yaml]\n${web("")}`],
        ["an include with env_file", `include: [{path: sub.yaml, env_file: /etc/x}]\n${web("")}`],
        ["an include with project_directory", `include: [{path: sub.yaml, project_directory: /etc}]\n${web("")}`],
        ["a remote include", `include: ['https://github.com/a/b.git']\n${web("")}`],
        ["an OCI include", `include: ['oci://docker.io/a/b']\n${web("")}`],
        ["extends", web("extends: {file: ../x.yaml, service: a}")],
        ["a relative mount that leaves", web("volumes: ['../x:/x']")],
        ["a long relative mount that leaves", web("volumes: [{type: bind, source: ./a/../../x, target: /x}]")],
        ["a mount that leaves once its variable is empty", web("volumes: ['./a/${NONE}/../../x:/x']")],
        ["a provider", web("provider: {type: x}")],
        ["a symlink to outside", web("env_file: link/passwd")],
        ["a variable without value", web("env_file: ${NONE}/x")],
        ["a variable with a value that leaves", web("env_file: ${OUT}/x")],
    ])("refuses %s", async (_, text) => {
        const files = {
            "compose.yaml": text,
            "sub.yaml": "services: {s: {image: a}}",
            Dockerfile: "",
            link: "-> /etc",
        };

        const { violations } = await check(files, { variables: { OUT: "../.." } });

        expect(violations).toHaveLength(1);
        expect(violations[0]).toMatchObject({ code: "not_contained", file: "compose.yaml" });
    });

    it.each(["https://github.com/a/b.git", "git@github.com:a/b.git", "ssh://git@h/x", "github.com/a/b", "git://h/x"])(
        "refuses the remote build context %s",
        async (context) => {
            expect(await messages({ "compose.yaml": web(`build: ${context}`) })).toEqual([
                containing("services.web.build.context: is remote"),
            ]);
        },
    );

    it("does not repeat credentials of a remote address", async () => {
        const told = await messages({ "compose.yaml": web("build: https://user:secret@host/x.git") });

        expect(told.join()).not.toContain("secret");
    });

    it("looks into included and extended files, and names them", async () => {
        const files = {
            "compose.yaml": "include: [a/one.yaml]\nservices: {w: {extends: {file: b/two.yaml, service: x}}}",
            "a/one.yaml": "include: [deeper.yaml]\nservices: {o: {image: a, env_file: ../../out.env}}",
            "a/deeper.yaml": "services: {p: {image: a, env_file: /etc/p}}",
            "b/two.yaml": "services: {x: {extends: {file: three.yaml, service: y}, env_file: ../../x}}",
            "b/three.yaml": "services: {y: {image: a, build: /etc}}",
        };

        const { violations } = await check(files);

        const places = new Set(violations.map(({ file }) => file));
        expect(places).toEqual(new Set(["a/one.yaml", "a/deeper.yaml", "b/two.yaml", "b/three.yaml"]));
    });

    it.each([
        ["itself", "include: [compose.yaml]\nservices: {a: {image: a}}", ""],
        [
            "in a circle",
            "include: [b.yaml]\nservices: {a: {image: a}}",
            "include: [compose.yaml]\nservices: {b: {image: b}}",
        ],
    ])("refuses a file that includes %s", async (_, text, other) => {
        expect(await messages({ "compose.yaml": text, "b.yaml": other })).toEqual([containing("included twice")]);
    });

    it("allows build contexts anywhere in the repository, and tells which files have to be brought along", async () => {
        const files = {
            "apps/web/compose.yaml":
                "services:\n  web:\n    build: {context: ../.., dockerfile: docker/web}\n    volumes: ['../shared:/s']\n    env_file: [../x.env, ../web/y.env]\n",
            "docker/web": "FROM scratch",
            "apps/shared/a": "",
            "apps/x.env": "",
            "apps/web/y.env": "",
        };

        expect(await check(files, { path: "apps/web/compose.yaml" })).toMatchObject({
            violations: [],
            brought: ["apps/x.env", "apps/web/y.env", "apps/shared"],
        });
    });

    it.each([
        ["is not in the repository", "volumes: ['../nope:/s']", "services.web.volumes: apps/nope"],
        ["holds the stack's own folder", "volumes: ['..:/s']", "services.web.volumes: apps"],
        ["is the whole repository", "volumes: ['../..:/s']", "services.web.volumes: "],
        ["is named by a variable", "volumes: ['../${DIR:-shared}:/s']", "services.web.volumes: apps/shared"],
        ["is named by a variable, as a file", "env_file: '../${DIR:-x}.env'", "services.web.env_file: apps/x.env"],
        ["is not read by its path alone", "label_file: ../x.env", "services.web.label_file: apps/x.env"],
    ])("refuses what lies outside of the folder and %s", async (_, line, words) => {
        const files = {
            "apps/web/compose.yaml": `services:\n  web:\n    image: a\n    ${line}\n`,
            "apps/shared/a": "",
            "apps/x.env": "",
        };

        expect(await messages(files, { path: "apps/web/compose.yaml" })).toEqual([
            containing(`${words} lies outside the compose file's folder`),
        ]);
    });

    it("tells a missing Dockerfile apart", async () => {
        expect((await check({ "compose.yaml": web("build: ./app"), "app/x": "" })).violations).toMatchObject([
            { code: "dockerfile_missing", message: containing("app/Dockerfile does not exist"), line: 4 },
        ]);
    });

    it("takes ${PWD} for the stack's directory", async () => {
        const files = {
            "compose.yaml": "include: [sub/c.yaml]\nservices: {w: {image: a, volumes: ['${PWD}/data:/d']}}",
            "sub/c.yaml": "services: {s: {image: a, volumes: ['${PWD}/../x:/d']}}",
        };

        expect(await messages(files)).toEqual([containing("leads out of the repository")]);
    });

    it("reports what services take of the machine, without refusing it", async () => {
        const text =
            "services:\n  web:\n    image: a\n    privileged: yes\n    network_mode: host\n    pid: 'container:x'\n    devices: [/dev/dri]\n" +
            "    cap_add: [NET_ADMIN]\n    security_opt: ['apparmor:unconfined']\n" +
            "    volumes: ['/var/run/docker.sock:/s', '${ROOT}/media:/m', '${NONE}/x:/n']\n" +
            "volumes: {v: {driver_opts: {type: none, o: bind, device: /srv}}}\n";

        expect(await check({ "compose.yaml": text }, { variables: { ROOT: "/mnt" } })).toEqual({
            violations: [],
            brought: [],
            warnings: [],
            hostAccess: [
                "web mounts the Docker socket /var/run/docker.sock: it can do everything on this machine",
                "web mounts /mnt/media of this machine",
                "web mounts ${NONE}/x, where NONE has no value",
                "web is privileged: it can do everything on this machine",
                "web uses network_mode: host",
                "web uses pid: container:x",
                "web has devices: /dev/dri",
                "web has cap_add: NET_ADMIN",
                "web has security_opt: apparmor:unconfined",
                "The volume v mounts /srv of this machine",
            ],
        });
    });

    it("says that a foreign project name is overridden", async () => {
        expect(await check({ "compose.yaml": `name: other\n${web("")}` })).toMatchObject({
            warnings: ["name: other is overridden: the project is called shop"],
        });
    });

    it("never lets an env_file through that leaves the folder, however it is written", async () => {
        const part = fc.constantFrom("..", ".", "a", "", "link", "in", "~", "/", "${X}", "${N:-..}");
        await fc.assert(
            fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async (parts) => {
                const path = parts.join("/");
                const files = {
                    "compose.yaml": web(`env_file: ${JSON.stringify(path)}`),
                    link: "-> /etc",
                    in: "-> a",
                    "a/f": "",
                };
                const { violations } = await check(files, { variables: { X: ".." } });
                const read = path.replaceAll("${X}", "..").replaceAll("${N:-..}", "..");
                if (leaves(read)) {
                    expect(violations).not.toEqual([]);
                }
            }),
        );
    });
});

function leaves(path: string): boolean {
    let depth = 0;
    for (const part of path.split("/")) {
        depth += part === ".." ? -1 : Number(part !== "" && part !== ".");
        if (depth < 0) {
            return true;
        }
    }
    return path.startsWith("/") || path.startsWith("~");
}
