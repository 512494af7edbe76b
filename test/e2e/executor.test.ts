import { chown, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runNetwork, tryName } from "../../backend/cicd/adapters/executor/names.ts";
import { ownFiles } from "../../backend/cicd/adapters/executor/own-files.ts";
import type { JobOutcome, JobTask } from "../../backend/cicd/core/job-executor.ts";
import { cutMark } from "../../common/line-splitter.ts";
import { containerEnd } from "../support/container-end.ts";
import { docker } from "../support/docker.ts";
import { dockerPlace, dockerPorts, jobImage } from "../support/docker-executor.ts";
import { startEngineProxy } from "../support/engine-proxy.ts";
import { startSilentServer } from "../support/silent-server.ts";
import {
    type Bench,
    createBench,
    describeExecutor,
    endOf,
    numbered,
    serviceTask,
} from "../support/executor-contract.ts";

const isWithoutEngine = process.env["DOCKER_HOST"] === undefined;
const mebibyte = 1024 * 1024;
/** The server runs in a container that has none of the host's folders. */
const carried = {
    findOwnContainer: async () => ({ id: "", imageId: "", hasHostNetwork: false, gateways: [], mounts: [] }),
};

describe.skipIf(isWithoutEngine)("jobs in containers", () => {
    describeExecutor("keeps the contract", () => dockerPlace());

    let bench: Bench;

    beforeEach(async () => {
        bench = createBench(await dockerPlace());
    });

    afterEach(async () => {
        await bench.executor.close(bench.runId, bench.place.workspace);
        expect(await docker("ps", "-aq", "--filter", `label=cicd.pipeline=${bench.runId}`)).toBe("");
        expect(await docker("network", "ls", "-q", "--filter", `label=cicd.pipeline=${bench.runId}`)).toBe("");
        await bench.place.close();
    });

    async function run(script: string, more: Partial<JobTask> = {}) {
        const job = bench.begin(bench.task(script, more));
        return { ...job, outcome: await job.outcome };
    }

    function messageOf(outcome: JobOutcome): string {
        return outcome.result === "failed" ? outcome.message : "";
    }

    describe("around the script", () => {
        it("gives it its environment, the workspace, and the folder that it asks for", async () => {
            await mkdir(join(bench.place.workspace, "app"));
            const { lines } = await run('echo "$GREETING"; pwd; echo made > made.txt', {
                environment: { GREETING: "hello  world" },
                workingDirectory: "app",
            });
            expect(lines).toEqual(["hello  world", "/workspace/app"]);
            expect(await readFile(join(bench.place.workspace, "app/made.txt"), "utf8")).toBe("made\n");
        });

        it("runs it as the user and behind the entrypoint of the task", async () => {
            const { lines } = await run("id -u; echo $WRAPPED", { user: "1234:5", entrypoint: ["env", "WRAPPED=yes"] });
            expect(lines).toEqual(["1234", "yes"]);
        });

        it("leaves root few capabilities, no new privileges and no engine", async () => {
            const { lines } = await run(
                "grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; test -e /var/run/docker.sock || echo no socket",
            );
            // CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID and SETUID: bits 0, 1, 3, 5, 6 and 7.
            expect(lines).toEqual([
                "CapEff:\t00000000000000eb",
                "CapBnd:\t00000000000000eb",
                "NoNewPrivs:\t1",
                "no socket",
            ]);
        });

        it("gives it the engine's socket where the task says so", async () => {
            const { lines } = await run("test -S /var/run/docker.sock && echo socket", { engineSocket: true });
            expect(lines).toEqual(["socket"]);
        });

        it("labels its container", async () => {
            const task = bench.task("echo up; sleep 100");
            const job = bench.begin(task);
            await job.wrote(1);
            const format = '{{index .Config.Labels "cicd.job"}} {{index .Config.Labels "cicd.attempt"}}';
            expect(await docker("inspect", "-f", format, tryName(task))).toBe(`${task.jobId} 1`);
            job.cancel();
            await job.outcome;
            await expect(docker("inspect", tryName(task))).rejects.toThrow();
        });
    });

    describe("limits", () => {
        it("tells a job that ran out of memory, with its limit", async () => {
            const { outcome } = await run("tail /dev/zero", { limits: { processes: 64, memoryBytes: 32 * mebibyte } });
            expect(outcome).toMatchObject({ result: "failed", reason: "out_of_memory" });
            expect(messageOf(outcome)).toContain("32 MiB");
        });

        it("bounds a fork bomb", async () => {
            const script = "bomb() { bomb | bomb & }; bomb; sleep 1; echo still here";
            const { lines } = await run(script, { timeoutSeconds: 20, limits: { processes: 32, cpus: 0.5 } });
            expect(lines.join("\n")).toMatch(/can't fork/);
        });

        it("ends a job at its time limit that was found again, counted from its start", async () => {
            const task = bench.task("trap '' TERM; echo up; while :; do sleep 1; done", { timeoutSeconds: 3 });
            const first = bench.begin(task);
            await first.wrote(1);
            first.leave();
            await first.outcome;
            const second = bench.begin(task, bench.place.open());
            expect(await second.outcome).toMatchObject({ result: "failed", reason: "timeout" });
            expect(Date.now() - Date.parse(first.startedAt[0] ?? "")).toBeLessThan(7000);
        });
    });

    describe("output", () => {
        it("keeps what is no text", async () => {
            const { lines } = await run(
                String.raw`printf 'a\000b\377\376c\n'; head -c 300000 /dev/urandom; echo; echo end`,
            );
            expect(lines[0]).toBe("a\0b\uFFFD\uFFFDc");
            expect(lines.at(-1)).toBe("end");
        });

        it("cuts a line of more than 1 MiB", async () => {
            const { lines } = await run("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end");
            expect(lines.map((line) => line.length)).toEqual([mebibyte + cutMark.length, 3]);
        });

        it("keeps the order of both streams when it is read again", async () => {
            const task = bench.task("for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done; sleep 1");
            const first = bench.begin(task);
            await first.wrote(18);
            first.leave();
            await first.outcome;
            const second = bench.begin(task, bench.place.open());
            await second.outcome;
            expect(second.lines).toEqual(first.lines);
        });
    });

    describe("images", () => {
        it("refuses one that is missing and must not be pulled", async () => {
            const { outcome } = await run("true", { image: "no-such-image:1", pullPolicy: "never" });
            expect(outcome).toMatchObject({ result: "failed", reason: "system" });
            expect(messageOf(outcome)).toMatch(/no-such-image:1.*pull/);
        });

        it("refuses one that cannot be pulled, of the job or of a service", async () => {
            const image = "127.0.0.1:1/nothing:1";
            const { outcome, notes } = await run("true", { image });
            expect(outcome).toMatchObject({ result: "failed", reason: "system" });
            expect(messageOf(outcome)).toContain(image);
            expect(notes[0]).toContain(image);
            const services = [serviceTask("db", image, "true")];
            expect(messageOf((await run("true", { services, pullPolicy: "always" })).outcome)).toContain(jobImage);
            expect(messageOf((await run("true", { services })).outcome)).toContain(image);
        });

        it("tells that there is no program to run the script", async () => {
            const { outcome } = await run("true", { entrypoint: ["/no/such/program"] });
            expect(outcome).toMatchObject({ result: "failed", reason: "system" });
            expect(messageOf(outcome)).toContain("/no/such/program");
        });
    });

    it("ends within two seconds of a cancelling that comes while an image is pulled", async () => {
        const registry = await startSilentServer();
        const job = bench.begin(bench.task("true", { image: `127.0.0.1:${registry.port}/app:1` }));
        await registry.asked;
        const asked = Date.now();
        job.cancel();
        const outcome = await job.outcome;
        expect(outcome).toMatchObject({ result: "cancelled" });
        expect(endOf(outcome) - asked).toBeLessThan(2000);
        await registry.close();
    });

    it("runs a try once that is begun twice", async () => {
        const task = bench.task("echo one; sleep 1; echo two");
        const jobs = [bench.begin(task), bench.begin(task, bench.place.open())];
        const outcomes = await Promise.all(jobs.map(({ outcome }) => outcome));
        expect(outcomes.map(({ result }) => result)).toContain("success");
        expect(jobs.map(({ lines }) => lines)).toEqual([
            ["one", "two"],
            ["one", "two"],
        ]);
        expect(jobs[0]?.startedAt).toEqual(jobs[1]?.startedAt);
    });

    it("gives what root made in the workspace to the user that the server runs as", async () => {
        const { workspace } = bench.place;
        await chown(workspace, 1234, 1234);
        await run("mkdir -m 500 made; echo x > made/file; chmod 000 made/file; ln -s /etc/passwd link");
        const owned = { runId: bench.runId, by: bench.runId, image: jobImage, workspace };
        await ownFiles(dockerPorts(), owned, 1234);
        for (const path of ["made", "made/file", "link"]) {
            expect((await lstat(join(workspace, path))).uid).toBe(1234);
        }
        // Jobs of other users may still be at work in it.
        expect((await lstat(join(workspace, "made"))).mode & 0o777).toBe(0o777);
        expect((await lstat(join(workspace, "made/file"))).mode & 0o777).toBe(0o666);
        expect((await stat("/etc/passwd")).uid).toBe(0);
    });

    describe("a job whose image is not root's", () => {
        const image = `cicd-test-user:${process.pid}`;

        beforeAll(async () => {
            const folder = await mkdtemp(join(tmpdir(), "executor-image-"));
            const text = `FROM ${jobImage}\nRUN echo somebody:x:1234:1234::/tmp:/bin/sh >> /etc/passwd\nUSER somebody\n`;
            await writeFile(join(folder, "Dockerfile"), text);
            await docker("build", "-q", "-t", image, folder);
            await rm(folder, { recursive: true });
        });

        afterAll(async () => {
            await docker("rmi", "-f", image);
        });

        it.each(["mounted", "carried"] as const)("works in a workspace that is %s", async (how) => {
            const far = createBench(await dockerPlace(how === "carried" ? carried : {}));
            const { workspace } = far.place;
            await mkdir(join(workspace, "src"));
            await writeFile(join(workspace, "src/run.sh"), "echo ran\n", { mode: 0o700 });
            await writeFile(join(workspace, "src/own"), "", { mode: 0o600 });
            const first = far.begin(
                far.task(
                    "id -u; ./src/run.sh; mkdir out; echo 1 > out/made; echo 1 > src/own; umask 077; echo k > key",
                    {
                        image,
                    },
                ),
            );
            expect(await first.outcome, first.lines.join("\n")).toMatchObject({ result: "success" });
            expect(first.lines).toEqual(["1234", "ran"]);
            // Of another job meanwhile, or a cache that was put back.
            await mkdir(join(workspace, "cache"));
            await writeFile(join(workspace, "cache/file"), "cached\n");
            const second = far.begin(
                far.task("mv cache/file out/made; echo 2 >> out/made; rm -r cache; stat -c %a key", { image }),
            );
            expect(await second.outcome, second.lines.join("\n")).toMatchObject({ result: "success" });
            expect(await readFile(join(workspace, "out/made"), "utf8")).toBe("cached\n2\n");
            expect(second.lines).toEqual(how === "carried" ? ["666"] : ["600"]);
            await far.executor.close(far.runId, workspace);
            await far.place.close();
        });

        it("opens nothing behind a symlink, and no file that another user keeps to himself", async () => {
            const { workspace } = bench.place;
            const elsewhere = await mkdtemp(join(tmpdir(), "executor-elsewhere-"));
            await writeFile(join(elsewhere, "file"), "", { mode: 0o600 });
            await symlink(elsewhere, join(workspace, "folder"));
            await symlink(join(elsewhere, "file"), join(workspace, "file"));
            await writeFile(join(workspace, "key"), "", { mode: 0o600 });
            await chown(join(workspace, "key"), 4321, 4321);
            expect((await run("true", { image })).outcome).toMatchObject({ result: "success" });
            expect((await stat(elsewhere)).mode & 0o777).toBe(0o700);
            expect((await stat(join(elsewhere, "file"))).mode & 0o777).toBe(0o600);
            expect((await stat(join(workspace, "key"))).mode & 0o777).toBe(0o600);
            await rm(elsewhere, { recursive: true });
        });

        it.each(["mounted", "carried"] as const)(
            "works as the owner of a person's own folder that is %s",
            async (how) => {
                const own = createBench(
                    await dockerPlace({ keepsOwners: true, ...(how === "carried" ? carried : {}) }),
                );
                const { workspace } = own.place;
                await writeFile(join(workspace, "file"), "mine\n");
                for (const path of [workspace, join(workspace, "file")]) {
                    await chown(path, 4321, 4321);
                }
                const job = own.begin(own.task("id -u; echo more >> file; echo made > made", { image }));
                expect(await job.outcome, job.lines.join("\n")).toMatchObject({ result: "success" });
                expect(job.lines).toEqual(["4321"]);
                expect(job.notes.join()).toContain("the folder's owner, in the place of somebody");
                expect(await readFile(join(workspace, "file"), "utf8")).toBe("mine\nmore\n");
                expect((await stat(workspace)).mode & 0o777).toBe(0o700);
                await own.executor.close(own.runId, workspace);
                await own.place.close();
            },
        );

        it("keeps its user in a person's own folder that is root's, and says so", async () => {
            const own = createBench(await dockerPlace({ keepsOwners: true }));
            const job = own.begin(own.task("id -u", { image, workingDirectory: "/" }));
            expect(await job.outcome).toMatchObject({ result: "success" });
            expect(job.lines).toEqual(["1234"]);
            expect(job.notes.join()).toContain("the folder belongs to root");
            await own.executor.close(own.runId);
            await own.place.close();
        });
    });

    describe("services", () => {
        const web = "mkdir /www; echo hello > /www/index.html; sleep 1; touch /ready; httpd -f -p 8000 -h /www";
        const health = { command: ["test", "-e", "/ready"], intervalSeconds: 0.2, timeoutSeconds: 1 };

        it("are reached by their names once they are healthy", async () => {
            const services = [serviceTask("web", jobImage, web, { health }), serviceTask("db", jobImage, "sleep 100")];
            const { outcome, lines } = await run("wget -qO- http://web:8000/; nslookup db >/dev/null && echo db", {
                services,
            });
            expect(outcome).toMatchObject({ result: "success" });
            expect(lines).toEqual(["hello", "db"]);
            expect(await docker("ps", "-aq", "--filter", `label=cicd.pipeline=${bench.runId}`)).toBe("");
        });

        it("fail the job where one dies, with its last lines", async () => {
            const services = [serviceTask("db", jobImage, "echo no disk; exit 4")];
            const { outcome, notes } = await run("true", { services });
            expect(outcome).toMatchObject({ result: "failed", reason: "system" });
            expect(messageOf(outcome)).toMatch(/db.*4/);
            expect(notes).toContain("service db: no disk");
        });

        it("fail the job where one is not healthy in time", async () => {
            const impatient = createBench(await dockerPlace({ readySeconds: 1 }));
            const never = { ...health, command: ["false"] };
            const services = [serviceTask("db", jobImage, "sleep 100", { health: never })];
            const job = impatient.begin(impatient.task("true", { services }));
            expect(messageOf(await job.outcome)).toMatch(/db.*1 s/);
            await impatient.executor.close(impatient.runId);
            await impatient.place.close();
        });

        it("are gone within two seconds of a cancelling that comes while they are waited for", async () => {
            const services = [serviceTask("db", jobImage, "sleep 100", { health: { ...health, command: ["false"] } })];
            const job = bench.begin(bench.task("true", { services }));
            const label = `label=cicd.pipeline=${bench.runId}`;
            const service = (): Promise<string> => docker("ps", "-q", "--filter", label);
            await expect.poll(service, { timeout: 60_000 }).not.toBe("");
            const gone = containerEnd(await service());
            const asked = Date.now();
            job.cancel();
            expect((await gone) - asked).toBeLessThan(2000);
            expect(await job.outcome).toMatchObject({ result: "cancelled" });
        });
    });

    describe("what an earlier server left", () => {
        it("is begun anew where it was never started", async () => {
            const task = bench.task("echo now");
            await docker("create", "--name", tryName(task), jobImage, "echo", "then");
            const job = bench.begin(task);
            expect(await job.outcome).toMatchObject({ result: "success" });
            expect(job.lines).toEqual(["now"]);
        });

        it("has its network still", async () => {
            await docker(
                "network",
                "create",
                "--label",
                `cicd.pipeline=${bench.runId}`,
                "--label",
                `cicd.server=test-${process.pid}`,
                runNetwork(bench.runId),
            );
            expect((await run("true")).outcome).toMatchObject({ result: "success" });
        });
    });

    describe("an engine that goes away", () => {
        it("is waited for, and the output goes on where it was", async () => {
            const proxy = await startEngineProxy();
            const away = createBench(await dockerPlace({}, proxy.address));
            const many = numbered(2000);
            const job = away.begin(away.task(`${many.script}; sleep 1; ${many.script}`));
            await job.wrote(1);
            await proxy.takeAway();
            await proxy.bringBack();
            expect(await job.outcome).toMatchObject({ result: "success" });
            expect(job.lines).toEqual([...many.lines, ...many.lines]);
            await away.executor.close(away.runId);
            await proxy.close();
            await away.place.close();
        });

        it("is told where it stays away; the job runs on and is found again", async () => {
            const proxy = await startEngineProxy();
            const away = createBench(await dockerPlace({ awaySeconds: 0 }, proxy.address));
            const task = away.task("echo one; sleep 2; echo two");
            const first = away.begin(task);
            await first.wrote(1);
            await proxy.takeAway();
            await expect(first.outcome).rejects.toMatchObject({ code: "unavailable" });
            await proxy.bringBack();
            const second = away.begin(task);
            expect(await second.outcome).toMatchObject({ result: "success" });
            expect(second.lines).toEqual(["one", "two"]);
            await away.executor.close(away.runId);
            await proxy.close();
            await away.place.close();
        });
    });

    describe("a workspace that the engine does not see", () => {
        it("is carried in and out, with what the job changed", async () => {
            const far = createBench(await dockerPlace(carried));
            const { workspace } = far.place;
            await mkdir(join(workspace, "src"));
            await writeFile(join(workspace, "src/kept"), "kept");
            await writeFile(join(workspace, "src/gone"), "gone");
            const job = far.begin(
                far.task("cat src/kept; echo; rm src/gone; mkdir out; echo made > out/made; echo new > src/kept"),
            );
            expect(await job.outcome).toMatchObject({ result: "success" });
            expect(job.lines).toEqual(["kept"]);
            expect(await readFile(join(workspace, "out/made"), "utf8")).toBe("made\n");
            expect(await readFile(join(workspace, "src/kept"), "utf8")).toBe("new\n");
            await expect(readFile(join(workspace, "src/gone"))).rejects.toMatchObject({ code: "ENOENT" });
            await far.executor.close(far.runId, workspace);
            await far.place.close();
        });
    });
});
