import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../common/schema/deployment.ts";
import { removeStack } from "../support/docker.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { answerOn, idleService, smallApp, smallService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `hostile-${process.pid}`;
/** 100,000 take some minutes; what is slow, or fills the memory, shows with fewer too. */
const manyFiles = Number(process.env["CICD_TEST_MANY_FILES"] ?? 10_000);

let server: TestServer;
let rest: Rest;
let repository: WorkRepository;
let port: number;
let good: string;

beforeAll(async () => {
    port = await freePort();
    [server, repository] = await Promise.all([startServer(), createWorkRepository()]);
    rest = createRest(server);
    good = await repository.commit(smallApp({ port, version: "good" }), "good");
    await rest.connect(stack, { url: repository.url, branch: "main", autoSync: false }, {});
    const ended = await rest.ended((await rest.deploy(stack)).id);
    expect(ended).toMatchObject({ status: "successful" });
}, 120_000);

afterAll(async () => {
    await removeStack(stack);
    await server.stop();
    await repository.remove();
}, 120_000);

let count = 0;

async function deploy(files: Readonly<Record<string, string | null>>): Promise<Deployment> {
    count += 1;
    const branch = `case-${count}`;
    await repository.git("checkout", "-q", "-f", "-B", branch, good);
    await repository.commit(files, branch, branch);
    return rest.ended((await rest.deploy(stack, { branch })).id);
}

const stackFiles = () => readdir(join(server.stacksDirectory, stack), { recursive: true });

describe("content of a repository that means harm", () => {
    const idle = `services:\n${idleService("web")}`;
    const bomb = Array.from({ length: 30 }, (_, at) => `x-${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}]`).join(
        "\n",
    );

    it.each([
        ["an alias bomb", `x-0: &a0 [a]\n${bomb}\n${idle}`, "compose_invalid", "aliases"],
        ["5 MB of services", `services:\n${"  s: {image: a}\n".repeat(290_000)}`, "compose_invalid", "pieces of YAML"],
        [
            "a text that goes on behind a comment",
            `${idle}    # x\u2028    env_file: /etc/passwd\n`,
            "compose_invalid",
            "U+2028",
        ],
        ["a text that is decoded", `${idle}    env_file: !!binary L2V0Yy9wYXNzd2Q=\n`, "compose_invalid", "!!binary"],
        [
            "a profile of another place",
            `${idle}    security_opt: ['seccomp=/etc/passwd']\n`,
            "not_contained",
            "security_opt",
        ],
        ["a key of JavaScript's own", `${idle}  __proto__:\n    image: a\n`, "compose_invalid", "__proto__"],
        ["a name with a line end", `services: {"a\\nb": {image: a}}\n`, "compose_invalid", ""],
    ])("is held, and the stack untouched: %s", async (_, text, code, words) => {
        const ended = await deploy({ "compose.yaml": text });

        expect(ended).toMatchObject({ status: "failed", errorCode: code });
        expect(ended.error).toContain(words);
        expect(ended.error).not.toContain(server.dataDirectory);
        expect(await answerOn(port)).toBe("good");
        await expect(fetch(`${server.url}/healthz`)).resolves.toMatchObject({ status: 200 });
    });

    it("is held: an env_file that fills the memory", async () => {
        const files = { "compose.yaml": `${idle}    env_file: big.env\n`, "big.env": `A=${"x".repeat(30_000_000)}\n` };

        expect(await deploy(files)).toMatchObject({ status: "failed", errorCode: "compose_invalid" });
        expect(await answerOn(port)).toBe("good");
    });

    it("is deployed: files whose names are options, commands and lines, and names that differ in capitals", async () => {
        const names = [
            "-rf",
            "--help",
            "$(touch x)",
            "a\nb",
            "a b'\"`;&|",
            "A",
            "a",
            "Compose.yaml",
            "constructor",
            "\u202Ea",
        ];
        const extra = Object.fromEntries(names.map((name) => [name, name]));
        const web = smallService("web", { port, version: "odd", more: `    env_file: [./-rf.env]\n` });
        const odd = {
            ...extra,
            "-rf.env": "A=1\n",
            "compose.yaml": `services:\n${web}${idleService("constructor")}${idleService('"--help"')}`,
        };

        const ended = await deploy(odd);

        expect(ended).toMatchObject({ status: "successful" });
        expect(await answerOn(port)).toBe("odd");
        expect(await stackFiles()).toEqual(expect.arrayContaining(names));
        expect(await stackFiles()).not.toContain("x");
        for (const name of names) {
            expect(await readFile(join(server.stacksDirectory, stack, name), "utf8")).toBe(name);
        }
        expect(await deploy({})).toMatchObject({ status: "successful" });
        expect((await stackFiles()).sort()).toEqual(["compose.override.yaml", "compose.yaml"]);
    });
});

describe(`a repository of ${manyFiles} files`, () => {
    it("is shown, deployed and removed again, while the server answers", { timeout: 900_000 }, async () => {
        await repository.git("checkout", "-q", "-f", "-B", "many", good);
        for (let at = 0; at < manyFiles / 100; at += 1) {
            const folder = join(repository.workDirectory, `many/d${at}`);
            await mkdir(folder, { recursive: true });
            await Promise.all(
                Array.from({ length: 100 }, (_, file) => writeFile(join(folder, `f${file}`), `${at}-${file}`)),
            );
        }
        await repository.commit(smallApp({ port, version: "many" }), "many", "many");
        const watch = watchServer();
        const times: string[] = [];
        async function timed<T>(what: string, step: Promise<T>): Promise<T> {
            const started = performance.now();
            const result = await step;
            times.push(`${what} ${((performance.now() - started) / 1000).toFixed(1)} s`);
            return result;
        }
        const deployment = async () => rest.ended((await rest.deploy(stack, { branch: "many" })).id);

        const preview = await timed("preview", rest.call("POST", `/stacks/${stack}/preview`, { branch: "many" }));
        const first = await timed("deployment", deployment());
        const lying = await stackFiles();
        const again = await timed("again", deployment());
        const removed = await timed("a file in their place", deploy({ many: "one" }));
        const { slowest, memory } = await watch.end();

        process.stdout.write(
            `${manyFiles} files: ${times.join(", ")}; slowest answer ${slowest} ms, memory ${memory} MB\n`,
        );
        expect(preview).toMatchObject({ status: 200 });
        expect([first, again, removed]).toMatchObject(Array.from({ length: 3 }, () => ({ status: "successful" })));
        expect(lying.length).toBeGreaterThan(manyFiles);
        expect((await stackFiles()).sort()).toEqual(["compose.override.yaml", "compose.yaml", "many"]);
        expect(memory).toBeLessThan(600);
        expect(slowest).toBeLessThan(3000);
    });
});

/** Asks the server all the time, for its health and for the stack in turn, and notes its memory. */
function watchServer() {
    let slowest = 0;
    let memory = 0;
    const over = new AbortController();
    const asking = (async () => {
        while (!over.signal.aborted) {
            const started = performance.now();
            await (await fetch(`${server.url}/healthz`)).text();
            const asked = performance.now();
            await rest.call("GET", `/stacks/${stack}`);
            slowest = Math.max(slowest, Math.round(Math.max(asked - started, performance.now() - asked)));
            const status = await readFile(`/proc/${server.processId()}/status`, "utf8").catch(() => "");
            memory = Math.max(memory, Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024));
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    })();
    return {
        async end() {
            over.abort();
            await asking;
            return { slowest, memory };
        },
    };
}
