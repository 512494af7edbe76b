import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { changesAnything } from "../../common/describe-preview.ts";
import { Preview } from "../../common/schema/preview.ts";
import { containing } from "../support/containing.ts";
import { docker, removeStack } from "../support/docker.ts";
import { folderContents } from "../support/folder-contents.ts";
import { connectPage } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { runProgram } from "../support/run-program.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, idleService, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `preview-${process.pid}`;
const secret = "a-secret-in-the-preview";

describe("the preview of a deployment", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;
    let base: string;

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        base = await repository.commit(filesOf("one"), "one");
        await rest.connect(
            stack,
            { url: repository.url, branch: "main" },
            { environmentVariables: [{ name: "TOKEN", value: secret, secret: true }] },
        );
        expect(await rest.ended((await rest.deploy(stack)).id)).toMatchObject({ status: "successful" });
    });

    afterAll(async () => {
        await server.stop();
        await removeStack(stack);
        await repository.remove();
    });

    function filesOf(version: string): Record<string, string> {
        const more = "    environment: {TOKEN: '${TOKEN}'}\n    volumes: ['./app.conf:/etc/app.conf:ro']\n";
        const web = smallService("web", { port, version, more });
        return {
            "compose.yaml": `services:\n${web}${idleService("cache")}${idleService("old")}${builtService}`,
            "app.conf": "level=1\n",
            "built/Dockerfile": 'FROM cicd/busybox:1\nCMD ["sleep", "1000"]\n',
            "gone.txt": "x\n",
        };
    }
    const builtService = "  built:\n    build: ./built\n    init: true\n    stop_grace_period: 1s\n";

    /** Everything that a deployment could change. */
    async function world() {
        const folders = ["releases", "replaced", "workspaces", "logs"].map((name) => `cicd/${name}`);
        const data = [...(await folderContents(server.dataDirectory))];
        return {
            stack: [...(await folderContents(join(server.stacksDirectory, stack)))],
            data: data.filter(([path]) => folders.some((folder) => path.startsWith(folder))),
            containers: await docker("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.State}}", "--filter", filter),
            images: await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=${stack}-*`),
            deployments: (await rest.history(stack)).map(({ id, status }) => ({ id, status })),
            live: await answerOn(port),
        };
    }
    const filter = `label=com.docker.compose.project=${stack}`;

    async function preview(request: object = {}) {
        return rest.call("POST", `/stacks/${stack}/preview`, request);
    }

    it("tells what would happen to services and files, and touches nothing", async () => {
        const second = await freePort();
        const more = "    environment: {TOKEN: '${TOKEN}-2', LEVEL: high}\n    volumes: ['/etc:/host-etc:ro']\n";
        const web = smallService("web", { port, version: "two", more }).replace(
            "    ports: [",
            `    ports: ["127.0.0.1:${second}:8081", `,
        );
        const commit = await repository.commit(
            {
                "compose.yaml": `services:\n${web}${idleService("cache")}${idleService("fresh")}${builtService}`,
                "app.conf": null,
                "gone.txt": null,
                "more.txt": "new\n",
            },
            "two",
        );
        const before = await world();

        const answer = await preview();

        expect(answer.status).toBe(200);
        const told = Preview.parse(answer.body);
        expect(told).toMatchObject({ commitSha: commit, filesReplaced: [] });
        expect(told.filesWritten.toSorted()).toEqual(["compose.yaml", "more.txt"]);
        expect(told.filesRemoved.toSorted()).toEqual(["app.conf", "gone.txt"]);
        const actions = Object.fromEntries(told.services.map(({ service, action }) => [service, action]));
        expect(actions).toEqual({ web: "recreate", cache: "none", fresh: "create", built: "recreate", old: "remove" });
        const built = told.services.find(({ service }) => service === "built");
        expect(built).toMatchObject({ image: `${stack}-built:${commit}`, reasons: [expect.stringContaining("built")] });
        expect(built).toMatchObject({ previousImage: `${stack}-built:${base}` });
        expect(told.services.find(({ service }) => service === "web")).toMatchObject({
            variables: { added: ["LEVEL"], removed: [], changed: ["TOKEN"] },
            ports: { added: [`127.0.0.1:${second}:8081/tcp`], removed: [] },
            mounts: { added: ["/etc:/host-etc:ro"], removed: ["./app.conf:/etc/app.conf:ro"] },
        });
        expect(told.newWarnings).toEqual(["web mounts /etc of this machine"]);
        expect(told.machines).toEqual([{ id: "local", name: "this machine" }]);
        expect(await world()).toEqual(before);
    });

    it("is what the deployment then does", async () => {
        const ended = await rest.ended((await rest.deploy(stack)).id);

        expect(ended).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("two");
        expect(changesAnything(Preview.parse((await preview()).body))).toBe(false);
        const services = await docker("ps", "--format", '{{.Label "com.docker.compose.service"}}', "--filter", filter);
        expect(services.split("\n").toSorted()).toEqual(["built", "cache", "fresh", "web"]);
    });

    it("of another commit tells of that one, by the page's socket too", async () => {
        const page = await connectPage(server);

        const answer = await page.agent("previewDeployment", stack, { commit: base });

        page.close();
        expect(answer).toMatchObject({ ok: true, preview: { commitSha: base } });
        expect(JSON.stringify(answer)).toContain('"old"');
    });

    it("names what was edited here and would be replaced", async () => {
        const folder = join(server.stacksDirectory, stack);
        await writeFile(join(folder, "more.txt"), "edited here\n");
        await repository.commit({ "more.txt": "newer\n" }, "three");

        const { body } = await preview();

        expect(body).toMatchObject({ filesReplaced: ["more.txt"], filesWritten: ["more.txt"] });
    });

    it("warns of what the services take of this machine", async () => {
        const access = "    privileged: true\n    volumes: ['/var/run/docker.sock:/s', '/etc:/host-etc']\n";
        await repository.git("checkout", "-q", "-B", "access", base);
        const text = `name: other\nservices:\n${idleService("web", access)}`;
        await repository.commit({ "compose.yaml": text, "compose.override.yaml": "services: {}\n" }, "x", "access");

        const { body } = await preview({ branch: "access" });

        const warnings = Preview.parse(body).warnings.join("\n");
        for (const words of [
            "privileged",
            "Docker socket",
            "/etc",
            "name: other is overridden",
            "compose.override.yaml",
        ]) {
            expect(warnings).toContain(words);
        }
    });

    it.each([
        ["a compose file that is wrong", { "compose.yaml": "services: [\n" }, "compose_invalid", "compose.yaml:"],
        ["a missing Dockerfile", { "built/Dockerfile": null, "built/x": "" }, "dockerfile_missing", "built/Dockerfile"],
        ["a file outside", { "compose.yaml": "include: [../x.yaml]\nservices: {}\n" }, "not_contained", "../x.yaml"],
    ])("of %s is the same refusal as the deployment's, and leaves nothing behind", async (name, files, code, words) => {
        const branch = name.replaceAll(" ", "-");
        await repository.git("checkout", "-q", "-f", "-B", branch, base);
        await repository.commit(files, name, branch);
        const before = await world();

        const answer = await preview({ branch });

        expect(answer).toMatchObject({
            status: 400,
            body: { error: { code: "invalid", details: { errorCode: code } } },
        });
        expect(JSON.stringify(answer.body)).toContain(words);
        expect(JSON.stringify(answer.body)).not.toContain(server.dataDirectory);
        expect(await world()).toEqual(before);
    });

    it.each([
        ["a branch that is not there", { branch: "nowhere" }, 400],
        ["a commit that is not there", { commit: "0123456789" }, 400],
        ["a branch that is no ref", { branch: "a b" }, 400],
    ])("of %s is refused", async (_what, request, status) => {
        expect((await preview(request)).status).toBe(status);
    });

    it("is printed by the command line, whose exit status says whether anything would change", async () => {
        const token = z.object({ token: z.string() });
        const made = await rest.call("POST", "/tokens", { name: "preview", scopes: ["deploy"] });
        const environment = { CICD_URL: server.url, CICD_TOKEN: token.parse(made.body).token };

        const changes = await runProgram(["preview", stack, "--commit", base], environment);
        const nothing = await runProgram(["preview", `${stack}-same`], environment);
        const json = await runProgram(["preview", stack, "--commit", base, "--json"], environment);

        expect(changes).toMatchObject({ code: 2, output: containing("variables: -LEVEL, ~TOKEN") });
        expect(changes.output).not.toContain(secret);
        expect(nothing).toMatchObject({ code: 1, output: containing("not connected") });
        expect(json.code).toBe(2);
        expect(Preview.parse(JSON.parse(json.output))).toMatchObject({ commitSha: base });
        expect((await runProgram(["preview"], environment)).code).toBe(1);
    });

    it("of a stack that is not connected is refused", async () => {
        const folder = join(server.stacksDirectory, `${stack}-plain`);
        await mkdir(dirname(join(folder, "compose.yaml")), { recursive: true });
        await writeFile(join(folder, "compose.yaml"), `services:\n${idleService("web")}`);

        const answer = await rest.call("POST", `/stacks/${stack}-plain/preview`, {});

        expect(answer).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
    });

    it("never shows a secret", async () => {
        const text = `services:\n${idleService("web", `    environment: {A: '\${TOKEN}'}\n    hostname: 'h-\${TOKEN}'\n`)}`;
        await repository.git("checkout", "-q", "-f", "-B", "secret", base);
        await repository.commit({ "compose.yaml": text }, "secret", "secret");

        const answer = await preview({ branch: "secret" });

        expect(JSON.stringify(answer.body)).not.toContain(secret);
    });
});
