import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { containerEnd } from "../support/container-end.ts";
import { docker } from "../support/docker.ts";

const program = join(import.meta.dirname, "../../dist/dockge-cicd.js");
const image = "cicd/busybox:1";

const pipeline = `stages: [build, test]
build:
  stage: build
  image: ${image}
  script: ["mkdir -p out", "echo built > out/app", "id -u"]
  artifacts: { paths: [out] }
  cache: { key: store, paths: [.store] }
check:
  stage: test
  image: ${image}
  script: ["grep built out/app", "wget -qO- http://web:8080/", 'echo "$GREETING from $CICD_STACK on $CICD_BRANCH"']
  services:
    web:
      image: ${image}
      command: [sh, -c, "mkdir /www && echo served > /www/index.html && exec httpd -f -p 8080 -h /www"]
      health: { command: [wget, -qO-, "http://localhost:8080/"], interval: 1s, timeout: 20s }
`;

interface Program {
    /** Lines of standard output and standard error, as they came. */
    readonly lines: readonly string[];
    /** Resolves when a line begins so; rejects when the program has ended without. */
    shows(text: string): Promise<void>;
    kill(signal: NodeJS.Signals): void;
    readonly ended: Promise<number | null>;
}

describe("dockge-cicd run on a real engine", () => {
    let folder = "";
    let root = "";
    /** Of the programs that this test has started: their runs are named after them. */
    const started = new Set<number>();

    beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), "cicd-run-"));
        root = join(folder, `shop-${process.pid}`);
    });

    afterEach(async () => {
        const left = await leftovers();
        await rm(folder, { recursive: true, force: true });
        expect(left).toEqual([]);
    });

    async function write(files: Readonly<Record<string, string>>): Promise<void> {
        for (const [path, text] of Object.entries(files)) {
            await mkdir(dirname(join(root, path)), { recursive: true });
            await writeFile(join(root, path), text);
        }
    }

    /** As this test's user, or another whose folder it is. */
    function start(args: readonly string[], uid?: number): Program {
        const lines: string[] = [];
        const heard = new EventEmitter();
        const child = spawn(process.execPath, [program, "run", ...args], {
            cwd: root,
            env: { ...process.env, HOME: folder, XDG_CACHE_HOME: join(folder, "cache") },
            ...(uid !== undefined && { uid, gid: 0 }),
            stdio: ["ignore", "pipe", "pipe"],
        });
        started.add(child.pid ?? 0);
        for (const input of [child.stdout, child.stderr]) {
            createInterface({ input }).on("line", (line) => {
                lines.push(line);
                heard.emit("line");
            });
        }
        const ended = once(child, "close").then(() => child.exitCode);
        async function shows(text: string): Promise<void> {
            while (!lines.some((line) => line.startsWith(text))) {
                const next = once(heard, "line").then(() => false);
                if (await Promise.race([next, ended.then(() => true)])) {
                    throw new Error(`It ended without "${text}":\n${lines.join("\n")}`);
                }
            }
        }
        return { lines, ended, shows, kill: (signal) => void child.kill(signal) };
    }

    async function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
        const { ended, lines } = start(args);
        const code = await ended;
        return { code, output: lines.join("\n") };
    }

    /** Names of what the program has made on the engine, which others may use meanwhile. */
    async function leftovers(): Promise<readonly string[]> {
        const lists = await Promise.all([
            docker("ps", "-a", "--filter", "label=cicd.pipeline", "--format", "{{.Names}}"),
            docker("network", "ls", "--filter", "label=cicd.pipeline", "--format", "{{.Name}}"),
        ]);
        const names = lists.flatMap((list) => list.split("\n"));
        return names.filter((name) => started.has(Number(/^cicd-[0-9a-f]{12}-(\d+)-/.exec(name)?.[1])));
    }

    it("runs a pipeline in the working copy, with a service, artifacts and a cache", async () => {
        await write({ "pipeline.yml": pipeline, "notes.txt": "mine" });

        const { code, output } = await run("--branch", "topic", "--variable", "GREETING=hello");

        expect(output).toContain("build | $ mkdir -p out");
        expect(output).toContain("check | served");
        expect(output).toContain(`check | hello from shop-${process.pid} on topic`);
        expect(output).toMatch(/check +test +success +[\d.]+ +0/);
        expect(code).toBe(0);
        expect(await readFile(join(root, "out/app"), "utf8")).toBe("built\n");
        expect(await readFile(join(root, "notes.txt"), "utf8")).toBe("mine");
        const owners = await Promise.all([root, join(root, "out/app")].map((path) => stat(path)));
        expect(new Set(owners.map(({ uid }) => uid)).size).toBe(1);
        expect(await readdir(join(folder, "cache/dockge-cicd/artifacts"))).toHaveLength(1);
    });

    it("keeps a cache beside the working copy, and puts it where it lacks", async () => {
        const script = "[ -e .store/kept ] && echo hit || { mkdir -p .store; echo miss; }; date > .store/kept";
        const cached = { image, script, cache: { key: "store", paths: [".store"] } };
        await write({ "pipeline.yml": JSON.stringify({ fetch: cached }) });

        expect((await run()).output).toContain("fetch | miss");
        await rm(join(root, ".store"), { recursive: true });
        expect((await run()).output).toContain("fetch | hit");
        const third = await run();

        expect(third.output).toContain("The cache store is not put in: .store lies in the working copy.");
        expect(third.output).toContain("fetch | hit");
    });

    it("ends with 1 when a job fails, and runs nothing behind it", async () => {
        const text = pipeline.replace('"id -u"', '"exit 7"');
        await write({ "pipeline.yml": text });

        const { code, output } = await run();

        expect(code).toBe(1);
        expect(output).toMatch(/build +build +failed +[\d.]+ +7/);
        expect(output).toMatch(/check +test +skipped/);
        expect(output).toContain("The pipeline has failed");
    });

    it("runs one job alone on what lies there", async () => {
        await write({ "pipeline.yml": pipeline, "out/app": "built by hand\n" });

        const { code, output } = await run("--job", "check");

        expect(code).toBe(0);
        expect(output).toContain("Not run before: build");
        expect(output).toContain("check | built by hand");
        expect(output).not.toContain("build |");
    });

    it.runIf(process.getuid?.() === 0)(
        "gives what jobs make as root to the folder's owner, and nothing else",
        async () => {
            const script = ["mkdir -p out/deep", "echo made > out/deep/file", "id -u"];
            await write({ "pipeline.yml": JSON.stringify({ made: { image, script } }), "data/table": "of a database" });
            for (const path of [folder, root, join(root, "data"), join(root, "pipeline.yml")]) {
                await chown(path, 1234, 1234);
            }
            await chown(join(root, "data/table"), 999, 999);

            const { ended, lines } = start([], 1234);

            expect(await ended, lines.join("\n")).toBe(0);
            expect(lines).toContain("made | 0");
            expect(await stat(join(root, "out/deep/file"))).toMatchObject({ uid: 1234, gid: 1234 });
            expect(await stat(join(root, "data/table"))).toMatchObject({ uid: 999, gid: 999 });
        },
    );

    it("ends with 2 where the file has mistakes or a job is unknown, and starts nothing", async () => {
        await write({ "pipeline.yml": pipeline, "wrong.yml": "a: { image: x, scirpt: y }\n" });

        const [wrong, unknown] = await Promise.all([run("wrong.yml"), run("--job", "chekc")]);

        expect(wrong).toMatchObject({ code: 2 });
        expect(wrong.output).toContain("wrong.yml:1:16: scirpt is not known in a; did you mean script?");
        expect(unknown).toMatchObject({ code: 2 });
        expect(unknown.output).toContain("there is no job chekc; did you mean check?");
    });

    it("leaves nothing within two seconds of Ctrl-C, also of a job that does not want to end", async () => {
        const stubborn = { image, script: "trap '' TERM; echo up; while :; do sleep 1; done" };
        await write({ "pipeline.yml": JSON.stringify({ stubborn, behind: { image, script: "true" } }) });
        const program = start([]);
        await program.shows("stubborn | up");

        const [job = ""] = await leftovers();
        const end = containerEnd(job);

        const asked = Date.now();
        program.kill("SIGINT");

        expect((await end) - asked).toBeLessThan(2000);
        expect(await program.ended).toBe(1);
        expect(program.lines.join("\n")).toMatch(/stubborn +test +cancelled/);
        expect(await leftovers()).toEqual([]);
    });

    it("removes what a run has left that was killed, and nothing of one that goes on", async () => {
        const waits = { image, script: "echo up; while [ ! -e go ]; do sleep 1; done" };
        await write({ "pipeline.yml": JSON.stringify({ waits, quick: { image, script: "echo quick" } }) });
        const killed = start(["--job", "waits"]);
        await killed.shows("waits | up");
        killed.kill("SIGKILL");
        await killed.ended;
        const goes = start(["--job", "waits"]);
        await goes.shows("waits | up");
        const ofOne = await leftovers();

        const other = await run("--job", "quick");

        expect(ofOne).toHaveLength(2);
        expect(other.code).toBe(0);
        expect(await leftovers()).toEqual(ofOne);
        await write({ go: "" });
        expect(await goes.ended).toBe(0);
    });

    it("ends at once when it is asked twice, and the next run removes what that left", async () => {
        const stubborn = { image, script: "trap '' TERM; echo up; while :; do sleep 1; done" };
        await write({ "pipeline.yml": JSON.stringify({ stubborn, quick: { image, script: "echo quick" } }) });
        const program = start(["--job", "stubborn"]);
        await program.shows("stubborn | up");
        program.kill("SIGINT");
        await program.shows("Cancelling");
        program.kill("SIGINT");

        expect(await program.ended).toBe(130);
        expect((await run("--job", "quick")).code).toBe(0);
    });
});
