import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BuildConfig } from "../../common/schema/build-config.ts";
import type { Deployment } from "../../common/schema/deployment.ts";
import { admin, freePort, startServer, type TestServer } from "../support/server.ts";
import { compose, containerOf, docker, removeStack } from "../support/docker.ts";
import { folderContents } from "../support/folder-contents.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { answerOn } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `variables-${process.pid}`;
const secret = `k3y $X "q" 'p' ünï+/=?&%`;
const key = "-----BEGIN KEY-----\nAAAAB3NzaC1yc2EAAAADAQABAAAB\n-----END KEY-----";

function forms(value: string): readonly string[] {
    const base64 = Buffer.from(value).toString("base64");
    const encoded = encodeURIComponent(value);
    return [value, base64.replaceAll("=", ""), encoded, encoded.toLowerCase(), JSON.stringify(value).slice(1, -1)];
}
/** What must not show: every form of both values, the latter line by line too. */
const canaries = [...forms(secret), ...forms(key), "AAAAB3NzaC1yc2EAAAADAQABAAAB", "BEGIN KEY"];

const composeFile = (port: number) => `services:
  web:
    build: ./web
    init: true
    stop_grace_period: 1s
    ports: ["127.0.0.1:${port}:8080"]
    environment:
      GREETING: \${GREETING}
      API_KEY: \${API_KEY}
      LONG: "x \${PRIVATE_KEY} y"
      OPTIONAL: \${OPTIONAL:-none}
`;
const dockerfile = `FROM cicd/busybox:1
COPY generated.html /www/index.html
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
`;

describe("the variables of a stack", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;
    let live: Deployment;
    const variables = [
        { name: "GREETING", value: "hello $there" },
        { name: "API_KEY", value: secret, secret: true },
        { name: "PRIVATE_KEY", value: key, secret: true },
    ];
    const answers: string[] = [];

    beforeAll(async () => {
        server = await startServer({ SERVER_CANARY: "only-the-server-knows" });
        const plain = createRest(server);
        rest = {
            ...plain,
            async call(...given) {
                const answer = await plain.call(...given);
                answers.push(JSON.stringify(answer));
                return answer;
            },
        };
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit({ "compose.yaml": composeFile(port), "web/Dockerfile": dockerfile }, "one");
        await rest.connect(stack, { url: repository.url, branch: "main" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    async function configure(config: object): Promise<BuildConfig> {
        const answer = await rest.call("PUT", `/stacks/${stack}/build-config`, config);
        expect(answer.status).toBe(200);
        return BuildConfig.parse(answer.body);
    }

    async function deploy(): Promise<Deployment> {
        return rest.ended((await rest.deploy(stack)).id);
    }

    async function environmentOf(service: string): Promise<string> {
        return docker("exec", await containerOf(stack, service), "env");
    }

    it("reach the commands before and after the build, and the containers", async () => {
        const config = await configure({
            environmentVariables: variables,
            preBuildCommands: ['printf "%s" "$GREETING" > web/generated.html', 'test -n "$API_KEY"'],
            postBuildCommands: ['test "$(cat web/generated.html)" = "$GREETING"'],
        });
        expect(config.environmentVariables).toEqual([
            { name: "GREETING", value: "hello $there", secret: false },
            { name: "API_KEY", value: null, secret: true },
            { name: "PRIVATE_KEY", value: null, secret: true },
        ]);

        live = await deploy();

        expect(live).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("hello $there");
        const environment = await environmentOf("web");
        expect(environment).toContain("GREETING=hello $there\n");
        expect(environment).toContain(`API_KEY=${secret}\n`);
        expect(environment).toContain(`LONG=x ${key} y`);
        expect(environment).toContain("OPTIONAL=none");
    });

    it("stand in the generated override: plain ones by value, secret ones as a demand", async () => {
        const override = await readFile(join(server.stacksDirectory, stack, "compose.override.yaml"), "utf8");

        expect(override).toContain("hello $$there");
        expect(override).toContain("${API_KEY:?set by CI/CD}");
        expect(override).toContain("x ${PRIVATE_KEY:?set by CI/CD} y");
        expect(override).not.toContain("OPTIONAL");
    });

    it("let a bare 'docker compose up -d' refuse, and change nothing", async () => {
        const web = await containerOf(stack, "web");

        const bare = compose(join(server.stacksDirectory, stack), "up", "-d");

        await expect(bare).rejects.toThrow(/(API_KEY|PRIVATE_KEY).*set by CI\/CD/);
        expect(await containerOf(stack, "web")).toBe(web);
    });

    it("recreate nothing when they stay the same, and only what uses them when they change", async () => {
        const web = await containerOf(stack, "web");
        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(await containerOf(stack, "web")).toBe(web);

        const kept = variables.map(({ name, value, secret: hidden }) =>
            hidden ? { name, secret: true } : { name, value },
        );
        await configure({
            environmentVariables: [...kept, { name: "OPTIONAL", value: "more" }],
            preBuildCommands: ['printf "%s" "$GREETING" > web/generated.html'],
        });
        expect(await deploy()).toMatchObject({ status: "successful" });

        expect(await containerOf(stack, "web")).not.toBe(web);
        const environment = await environmentOf("web");
        expect(environment).toContain("OPTIONAL=more");
        expect(environment).toContain(`API_KEY=${secret}\n`);
    });

    it("read as *** in the log in whatever form a command prints them", async () => {
        const print = [
            'printf "%s" "$GREETING" > web/generated.html',
            'echo "value <$API_KEY>"',
            'printf "%s" "$API_KEY" | base64 | tr -d "\\n"; echo',
            'echo "$PRIVATE_KEY" >&2',
            'echo "$PRIVATE_KEY" | base64',
            `echo '${encodeURIComponent(secret).replaceAll("'", "'\\''")}'`,
            'printf "%s" "${API_KEY%??????}"; sleep 0.2; printf "%s" "$API_KEY" | tail -c 6; echo',
            'set -x; : "$API_KEY"',
            'echo "$API_KEY" >&2; false',
        ];
        await configure({ environmentVariables: variables, preBuildCommands: print });

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "failed", errorCode: "command_failed" });
        const log = await rest.log(ended.id);
        expect(log).toContain("value <***>");
        for (const canary of canaries) {
            expect(log).not.toContain(canary);
            expect(ended.error).not.toContain(canary);
        }
    });

    it.each([
        ["on this machine", {}, /^HOME=.*\/workspaces\/.*home$/m],
        ["in a container", { buildImage: "cicd/busybox:1" }, /^HOSTNAME=/m],
    ])("are all that a command sees %s, beside what CI/CD tells", async (_where, more, own) => {
        await configure({ environmentVariables: variables, preBuildCommands: ["env", "pwd", "false"], ...more });

        const ended = await deploy();

        expect(ended).toMatchObject({ status: "failed", errorCode: "command_failed" });
        const log = await rest.log(ended.id);
        for (const line of [
            "CI=true",
            `CICD_STACK=${stack}`,
            `CICD_COMMIT_SHA=${live.commitSha}`,
            "CICD_BRANCH=main",
            `CICD_IMAGE_TAG=${live.commitSha}`,
            "GREETING=hello $there",
            "API_KEY=***",
        ]) {
            expect(log.split("\n")).toContain(line);
        }
        expect(log).not.toMatch(/DOCKGE_|CICD_ADMIN|CICD_ALLOW|SERVER_CANARY/);
        expect(log).not.toContain(admin.password);
        expect(log).toMatch(own);
    });

    it("reach the build inside a container of the build image, too", async () => {
        await configure({
            environmentVariables: variables,
            buildImage: "cicd/busybox:1",
            preBuildCommands: ['printf "made in a container" > web/generated.html'],
        });

        expect(await deploy()).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("made in a container");
    });

    it("go back with the release when a rollback asks for the old one", async () => {
        await configure({ environmentVariables: [{ name: "GREETING", value: "changed" }] });
        await rest.call("POST", `/deployments/${live.id}/rollback`);
        const [rollback] = await rest.history(stack);

        expect(await rest.ended(rollback?.id ?? "")).toMatchObject({ status: "successful" });

        const environment = await environmentOf("web");
        expect(environment).toContain("GREETING=hello $there\n");
        expect(environment).toContain(`API_KEY=${secret}\n`);
    });

    it("that are secret stand nowhere: not on disk, in no image, log or answer", async () => {
        for (const row of await rest.history(stack)) {
            await rest.call("GET", `/deployments/${row.id}`);
            answers.push(await rest.log(row.id));
        }
        for (const path of ["", "/build-config", "/deployments"]) {
            await rest.call("GET", `/stacks/${stack}${path}`);
        }
        await rest.call("POST", `/stacks/${stack}/preview`, {});
        const images = (await docker("images", "-q", "--filter", `reference=${stack}-*`)).split("\n");
        answers.push(await docker("image", "inspect", ...images));
        for (const image of images) {
            answers.push(await docker("history", "--no-trunc", image));
        }

        const disk = await folderContents(dirname(server.dataDirectory));

        for (const canary of canaries) {
            const bytes = Buffer.from(canary).toString("latin1");
            expect([...disk].filter(([, text]) => text.includes(bytes)).map(([path]) => path)).toEqual([]);
            expect(answers.filter((answer) => answer.includes(canary))).toEqual([]);
            expect(server.output()).not.toContain(canary);
        }
    });
});
