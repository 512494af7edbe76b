import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { Drift } from "../../common/schema/drift.ts";
import type { GitRepository } from "../../common/schema/git-repository.ts";
import { compose, containerOf, docker, removeStack } from "../support/docker.ts";
import { folderContents } from "../support/folder-contents.ts";
import { connectPage, type PageSocket } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, idleService, sickImage, smallApp, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const volume = "    volumes: ['./data:/data', 'kept:/kept']\n";
const unhealthy = { "compose.yaml": "services:\n  web:\n    image: cicd/busybox:1\n    command: ['false']\n" };

describe("a stack that is there before its repository", () => {
    let server: TestServer;
    let rest: Rest;
    let page: PageSocket;
    let repository: WorkRepository;
    const stacks = new Set<string>();

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        page = await connectPage(server);
        repository = await createWorkRepository();
        await repository.commit({ "README.md": "app\n" }, "start");
    });

    afterAll(async () => {
        page.close();
        await server.stop();
        await Promise.all([...stacks].map(removeStack));
        await repository.remove();
    });

    function folderOf(stack: string): string {
        return join(server.stacksDirectory, stack);
    }

    /** A stack as a user has made it by hand. */
    async function makeStack(name: string, files: Readonly<Record<string, string>>): Promise<string> {
        const stack = `${name}-${process.pid}`;
        stacks.add(stack);
        for (const [path, text] of Object.entries(files)) {
            const file = join(folderOf(stack), path);
            await mkdir(dirname(file), { recursive: true });
            await writeFile(file, text);
        }
        return stack;
    }

    async function connect(stack: string, branch: string): Promise<GitRepository> {
        stacks.add(stack);
        return rest.connect(stack, { url: repository.url, branch, provider: "generic" });
    }

    /** A branch with nothing but these files. */
    async function startBranch(branch: string, files: Readonly<Record<string, string>>): Promise<void> {
        await repository.git("checkout", "-q", "-f", "--orphan", branch);
        await repository.git("rm", "-rfq", "--ignore-unmatch", ".");
        await repository.commit(files, branch, branch);
    }

    async function deploy(stack: string): Promise<Deployment> {
        return rest.ended((await rest.deploy(stack)).id);
    }

    async function drift(stack: string): Promise<Drift> {
        return Drift.parse((await rest.call("GET", `/stacks/${stack}/drift`)).body);
    }

    describe("and runs", () => {
        const branch = "taken-over";
        let stack: string;
        let port: number;
        let before: ReadonlyMap<string, string>;
        let failed: Deployment;
        let good: Deployment;

        beforeAll(async () => {
            port = await freePort();
            const service = smallService("web", { port, version: "mine", more: volume });
            stack = await makeStack("existing", {
                "compose.yaml": `services:\n${service}${idleService("mine-only")}volumes: {kept: {}}\n`,
                "compose.override.yml": "services: {web: {environment: {FROM_OVERRIDE: 'yes'}}}\n",
                ".env": "MINE=1\n",
                "settings.conf": "level=mine\n",
                "notes.txt": "untracked\n",
                "data/precious": "gold",
            });
            await compose(folderOf(stack), "up", "-d");
            await docker("exec", await containerOf(stack, "web"), "sh", "-c", "echo silver > /kept/precious");
            before = await folderContents(folderOf(stack));
            await startBranch(branch, { ...unhealthy, "settings.conf": "level=bad\n", ".env": "MINE=theirs\n" });
            await connect(stack, branch);
        });

        function good_files(version: string): Record<string, string> {
            const service = smallService("web", { port, version, more: volume });
            return {
                "compose.yaml": `services:\n${service}volumes: {kept: {}}\n`,
                "settings.conf": `level=${version}\n`,
                ".env": "MINE=theirs\n",
            };
        }

        it("tells in the preview what it would replace, and touches nothing", async () => {
            const web = await containerOf(stack, "web");

            const answer = await rest.call("POST", `/stacks/${stack}/preview`, {});

            expect(answer).toMatchObject({
                status: 200,
                body: { filesReplaced: ["compose.yaml", "settings.conf", "compose.override.yml"], filesRemoved: [] },
            });
            expect(JSON.stringify(answer.body)).toContain('"filesWritten":["compose.yaml","settings.conf"]');
            expect(await folderContents(folderOf(stack))).toEqual(before);
            expect(await containerOf(stack, "web")).toBe(web);
        });

        it("goes back to what ran before when the first deployment fails", async () => {
            failed = await deploy(stack);

            expect(failed).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
            expect(await answerOn(port)).toBe("mine");
            expect(await containerOf(stack, "mine-only")).not.toBe("");
            expect(await folderContents(folderOf(stack))).toEqual(before);
            const environment = await docker("exec", await containerOf(stack, "web"), "env");
            expect(environment).toContain("FROM_OVERRIDE=yes");
            const rows = await rest.history(stack);
            const zero = rows.find((row) => row.commitSha === "" && row.rollbackOf === undefined);
            expect(zero).toMatchObject({ status: "successful", canRollBack: false });
            expect(rows.find((row) => row.rollbackOf === failed.id)).toMatchObject({
                status: "successful",
                previousDeploymentId: zero?.id,
            });
        });

        it("goes live and keeps the files that it replaces, and all that is the user's", async () => {
            await repository.commit(good_files("git"), "good", branch);

            good = await deploy(stack);

            expect(good).toMatchObject({ status: "successful" });
            expect(await answerOn(port)).toBe("git");
            expect(await containerOf(stack, "mine-only")).toBe("");
            const now = await folderContents(folderOf(stack));
            expect(now.get("settings.conf")).toBe("level=git\n");
            for (const path of [".env", "notes.txt", "data/precious"]) {
                expect(now.get(path)).toBe(before.get(path));
            }
            expect(await docker("exec", await containerOf(stack, "web"), "cat", "/kept/precious")).toBe("silver");
            const replaced = join(server.dataDirectory, "cicd", "replaced", stack, good.id);
            for (const path of ["compose.yaml", "settings.conf", "compose.override.yml"]) {
                expect(await readFile(join(replaced, path), "utf8")).toBe(before.get(path));
            }
            expect((await rest.log(good.id)).split("\n").find((line) => line.includes("kept a copy"))).toMatch(
                /compose\.yaml, settings\.conf, compose\.override\.yml/,
            );
        });

        it("merges the user's own override in, now and in later deployments", async () => {
            expect([...(await folderContents(folderOf(stack))).keys()]).not.toContain("compose.override.yml");
            expect(await docker("exec", await containerOf(stack, "web"), "env")).toContain("FROM_OVERRIDE=yes");

            await repository.commit(good_files("later"), "later", branch);
            expect(await deploy(stack)).toMatchObject({ status: "successful" });

            expect(await answerOn(port)).toBe("later");
            expect(await docker("exec", await containerOf(stack, "web"), "env")).toContain("FROM_OVERRIDE=yes");
        });

        it("keeps a local edit of a tracked file when the next deployment replaces it", async () => {
            await writeFile(join(folderOf(stack), "settings.conf"), "level=edited\n");
            await repository.commit({ "settings.conf": "level=next\n" }, "next", branch);

            const ended = await deploy(stack);

            expect(ended).toMatchObject({ status: "successful" });
            const replaced = join(server.dataDirectory, "cicd", "replaced", stack, ended.id);
            expect(await readdir(replaced)).toEqual(["settings.conf"]);
            expect(await readFile(join(replaced, "settings.conf"), "utf8")).toBe("level=edited\n");
        });

        it("can be taken back to what ran before at any time", async () => {
            const zero = (await rest.history(stack)).find(
                (row) => row.commitSha === "" && row.rollbackOf === undefined,
            );
            const answer = await rest.call("POST", `/deployments/${zero?.id}/rollback`);
            expect(answer.status).toBe(202);
            const [rollback] = await rest.history(stack);

            expect(await rest.ended(rollback?.id ?? "")).toMatchObject({ status: "successful" });

            expect(await answerOn(port)).toBe("mine");
            expect(await folderContents(folderOf(stack))).toEqual(before);
            expect(await docker("exec", await containerOf(stack, "web"), "cat", "/kept/precious")).toBe("silver");
        });

        it("is compared with what ran before, once that is live again, and put back to it", async () => {
            expect(await drift(stack)).toMatchObject({ inSync: true, commitSha: "", files: [], services: [] });
            const web = await containerOf(stack, "web");
            await writeFile(join(folderOf(stack), "settings.conf"), "level=edited\n");
            await writeFile(join(folderOf(stack), "notes.txt"), "edited\n");
            await docker("rm", "-f", await containerOf(stack, "mine-only"));
            expect(await drift(stack)).toMatchObject({
                inSync: false,
                files: [{ path: "settings.conf", kind: "edited" }],
                services: [{ service: "mine-only", kind: "missing" }],
            });

            const answer = await rest.call("POST", `/stacks/${stack}/restore`);
            expect(answer.status).toBe(202);
            const [restored] = await rest.history(stack);
            expect(await rest.ended(restored?.id ?? "")).toMatchObject({ status: "successful" });

            expect(await drift(stack)).toMatchObject({ inSync: true });
            expect(await containerOf(stack, "web")).toBe(web);
            expect(await folderContents(folderOf(stack))).toEqual(new Map([...before, ["notes.txt", "edited\n"]]));
        });
    });

    it("is left alone by a newer program: nothing is deployed, and the same commit recreates nothing", async () => {
        const port = await freePort();
        const stack = `upgraded-${process.pid}`;
        const own = "  own:\n    build: .\n    init: true\n    stop_grace_period: 1s\n";
        const service = smallService("web", { port, version: "one", more: "    volumes: ['./x.conf:/x.conf']\n" });
        await startBranch("upgraded", {
            "compose.yaml": `services:\n${service}${own}`,
            "x.conf": "x\n",
            Dockerfile: 'FROM cicd/busybox:1\nCMD ["sleep", "1000"]\n',
        });
        await rest.connect(stack, { url: repository.url, branch: "upgraded", provider: "generic", autoSync: true });
        stacks.add(stack);
        expect(await deploy(stack)).toMatchObject({ status: "successful" });
        const rows = await rest.history(stack);
        const running = await Promise.all(["web", "own"].map((name) => containerOf(stack, name)));
        const started = await docker("inspect", "-f", "{{.State.StartedAt}}", ...running);

        page.close();
        await server.kill();
        await server.start();
        page = await connectPage(server);

        expect(await drift(stack)).toMatchObject({ inSync: true });
        expect(await rest.history(stack)).toEqual(rows);
        // What a newer program writes into its override beside the services is its own business.
        const override = join(folderOf(stack), "compose.override.yaml");
        await writeFile(override, (await readFile(override, "utf8")).replace("x-cicd:", 'x-cicd:\n  program: "2.0"'));
        expect(await deploy(stack)).toMatchObject({ status: "successful" });
        expect(await docker("inspect", "-f", "{{.State.StartedAt}}", ...running)).toBe(started);
    });

    it("goes back to images that the user built on this machine, whatever their override names them", async () => {
        const own = (name: string) => `  ${name}:\n    build: .\n    init: true\n    stop_grace_period: 1s\n`;
        const override = (image: string) => `services: {job: {image: "${image}:1"}}\n`;
        const stack = await makeStack("built-here", {
            "compose.yaml": `services:\n${own("web")}${own("job")}`,
            "compose.override.yaml": override(`built-here-${process.pid}-mine`),
            Dockerfile: 'FROM cicd/busybox:1\nRUN echo mine > /version\nCMD ["sleep", "1000"]\n',
        });
        await compose(folderOf(stack), "up", "-d", "--build");
        const before = await folderContents(folderOf(stack));
        await startBranch("built", {
            "compose.yaml": `services:\n${own("web")}${own("job")}`,
            Dockerfile: `FROM cicd/busybox:1\nRUN echo theirs > /version\n${sickImage}CMD ["sleep", "1000"]\n`,
        });
        await connect(stack, "built");

        const ended = await deploy(stack);

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "unhealthy" });
        for (const service of ["web", "job"]) {
            expect(await docker("exec", await containerOf(stack, service), "cat", "/version")).toBe("mine");
        }
        expect(await folderContents(folderOf(stack))).toEqual(before);
    });

    it("with a compose file of another name is deployed under the repository's name, and goes back", async () => {
        const port = await freePort();
        const { "compose.yaml": text = "" } = smallApp({ port, version: "old name" });
        const stack = await makeStack("old-name", { "docker-compose.yml": text });
        await compose(folderOf(stack), "up", "-d");
        await startBranch("new-name", unhealthy);
        await connect(stack, "new-name");

        expect(await deploy(stack)).toMatchObject({ status: "rolled_back" });
        expect([...(await folderContents(folderOf(stack))).keys()]).toEqual(["docker-compose.yml"]);
        expect(await answerOn(port)).toBe("old name");

        await repository.commit(smallApp({ port, version: "new" }), "good", "new-name");
        expect(await deploy(stack)).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("new");
        expect([...(await folderContents(folderOf(stack))).keys()]).toEqual(["compose.override.yaml", "compose.yaml"]);
    });

    it("and whose first deployment fails with nothing to go back to is left stopped, not removed", async () => {
        await startBranch("nothing", {
            "compose.yaml": `services:\n${idleService("db")}  web:\n    image: cicd/busybox:1\n`,
        });
        await repository.commit(
            { "compose.yaml": `services:\n${idleService("db")}  web: {image: 'cicd/busybox:1', command: ['false']}\n` },
            "bad",
            "nothing",
        );
        const stack = `nothing-${process.pid}`;
        await connect(stack, "nothing");

        const ended = await deploy(stack);

        expect(ended).toMatchObject({ status: "failed", errorCode: "unhealthy" });
        expect(await rest.log(ended.id)).toContain("no earlier release");
        expect(await containerOf(stack, "db")).toBe("");
        const states = await docker("ps", "-a", "--format", "{{.State}}", "--filter", `name=^${stack}-`);
        expect(states.split("\n")).toEqual(["exited", "exited"]);
    });

    describe("and is stopped by its user", () => {
        let stack: string;
        let hook: GitRepository;
        let port: number;

        beforeAll(async () => {
            port = await freePort();
            stack = `stopped-${process.pid}`;
            await startBranch("stopped", smallApp({ port, version: "one" }));
            hook = await connect(stack, "stopped");
            expect(await deploy(stack)).toMatchObject({ status: "successful" });
        });

        async function push(version: string): Promise<Deployment> {
            const commit = await repository.commit(smallApp({ port, version }), version, "stopped");
            const pushed = await rest.push(hook, { ref: "refs/heads/stopped", commit });
            return rest.ended(pushed.deploymentIds?.[0] ?? "");
        }

        it("stays stopped on a push, which says so", async () => {
            expect(await page.agent("stopStack", stack)).toMatchObject({ ok: true });
            expect(await containerOf(stack, "web")).toBe("");

            expect(await push("prepared, and passed over")).toMatchObject({ status: "successful" });
            const ended = await push("two");

            expect(ended).toMatchObject({ status: "successful" });
            expect(ended.note).toContain("stopped");
            expect(await containerOf(stack, "web")).toBe("");
        });

        it("runs the new release once it is started", async () => {
            expect(await page.agent("startStack", stack)).toMatchObject({ ok: true });

            await expect.poll(() => answerOn(port).catch(() => ""), { timeout: 15_000 }).toBe("two");
            expect(await drift(stack)).toMatchObject({ inSync: true, files: [], services: [] });
            expect(await push("three")).toMatchObject({ status: "successful" });
            expect(await answerOn(port)).toBe("three");
        });

        it("is started by a deployment that a person asks for", async () => {
            expect(await page.agent("stopStack", stack)).toMatchObject({ ok: true });

            expect(await deploy(stack)).toMatchObject({ status: "successful" });

            expect(await answerOn(port)).toBe("three");
            expect(await push("four")).toMatchObject({ status: "successful" });
            expect(await answerOn(port)).toBe("four");
        });

        it("keeps its release's variables when the page starts it", async () => {
            const variable = { name: "TOKEN", value: "a-secret-of-the-stack", secret: true };
            const config = { environmentVariables: [variable] };
            expect(await rest.call("PUT", `/stacks/${stack}/build-config`, config)).toMatchObject({ status: 200 });
            const more = "    environment: {TOKEN: '${TOKEN}'}\n";
            await repository.commit(smallApp({ port, version: "secret", more }), "secret", "stopped");
            expect(await deploy(stack)).toMatchObject({ status: "successful" });

            // A deployment that has just ended still clears away.
            await expect.poll(() => page.agent("stopStack", stack)).toMatchObject({ ok: true });
            expect(await page.agent("startStack", stack)).toMatchObject({ ok: true });

            const environment = await docker("exec", await containerOf(stack, "web"), "env");
            expect(environment).toContain("TOKEN=a-secret-of-the-stack");
        });
    });
});
