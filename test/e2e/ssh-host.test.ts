import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { diskFiles } from "../../backend/cicd/adapters/disk/files.ts";
import { createEngine } from "../../backend/cicd/adapters/docker/engine.ts";
import { createImageTransfer } from "../../backend/cicd/adapters/docker/image-transfer.ts";
import { createSshMachines } from "../../backend/cicd/adapters/ssh/machines.ts";
import type { DeployTargetRecord } from "../../backend/cicd/core/deploy-target.ts";
import type { RemoteMachine } from "../../backend/cicd/core/remote-machine.ts";
import type { Command, RunOptions } from "../../backend/cicd/core/target-host.ts";
import { connectDocker } from "../../backend/platform/docker/client.ts";
import { watchCommandLines } from "../support/command-lines.ts";
import { matching } from "../support/containing.ts";
import { docker } from "../support/docker.ts";
import { type RemoteHost, startRemoteHost, usualPath } from "../support/remote-host.ts";
import { type MadeKey, makeSshKey } from "../support/ssh-keys.ts";
import { findSshd } from "../support/ssh-server.ts";
import { until } from "../support/until.ts";

const run = promisify(execFile);
const sshd = await findSshd();
const name = `ssh-host-${process.pid}`;
const signal = new AbortController().signal;

describe.skipIf(sshd === undefined)("a machine over SSH", () => {
    let host: RemoteHost;
    let key: MadeKey;
    let folder: string;
    const opened: RemoteMachine[] = [];

    const here = connectDocker({ host: process.env["DOCKER_HOST"] });
    const machines = createSshMachines({
        openEngine(agent) {
            const there = connectDocker({ agent });
            return { engine: createEngine(there), images: createImageTransfer(here, there) };
        },
        localFiles: diskFiles,
        keepaliveSeconds: 1,
        patienceSeconds: 60,
    });

    beforeAll(async () => {
        host = await startRemoteHost();
        key = await makeSshKey(["-t", "ed25519"]);
        for (const user of ["root", "deployer", "guest"] as const) {
            await host.authorize(key.publicKey, user);
        }
        folder = await mkdtemp(join(tmpdir(), "cicd-ssh-host-"));
    });

    // A line that a test left cut would fail all that come after it.
    afterEach(() => host.mend());

    afterAll(async () => {
        for (const machine of opened) {
            machine.close();
        }
        await host.close();
        await rm(folder, { recursive: true, force: true });
    });

    function targetOf(given: Partial<DeployTargetRecord> = {}): DeployTargetRecord {
        return {
            id: "t1",
            name: "second",
            host: host.address,
            port: host.port,
            username: "root",
            privateKey: key.privateKey,
            publicKey: key.publicKey,
            sudo: false,
            stacksDirectory: host.stacks,
            allowPrivateHost: true,
            createdAt: "",
            updatedAt: "",
            ...given,
        };
    }

    function open(given: Partial<DeployTargetRecord> = {}): RemoteMachine {
        const machine = machines.open(targetOf(given), { onHostKey: async () => undefined });
        opened.push(machine);
        return machine;
    }

    function check(given: Partial<DeployTargetRecord> = {}) {
        return machines.check(targetOf(given), { onHostKey: async () => undefined, signal });
    }

    function runIt(machine: RemoteMachine, command: Partial<Command>, options: Partial<RunOptions> = {}) {
        const whole: Command = { argv: ["true"], directory: host.stacks, ...command };
        return machine.target.run(whole, { signal, timeoutSeconds: 60, capture: true, ...options });
    }

    describe("running commands", () => {
        it("runs as many at once as are asked for, though a connection takes ten", async () => {
            const machine = open();
            const flag = join(host.stacks, "go-on");
            const waits = Array.from({ length: 12 }, () =>
                runIt(machine, { argv: ["sh", "-c", `until [ -e ${flag} ]; do sleep 0.1; done`] }),
            );

            const set = await runIt(machine, { argv: ["touch", flag] });

            expect(set.exitCode).toBe(0);
            expect((await Promise.all(waits)).map(({ exitCode }) => exitCode)).toEqual(waits.map(() => 0));
        });

        it("answers exit code, output and the last lines of standard error", async () => {
            const machine = open();
            const lines: string[] = [];

            const result = await runIt(
                machine,
                { argv: ["sh", "-c", "pwd; echo wrong >&2; printf end; exit 3"] },
                { onLine: (stream, line) => lines.push(`${stream} ${line}`) },
            );

            expect(result).toEqual({
                exitCode: 3,
                stdout: `${host.stacks}\nend`,
                stderrTail: "wrong",
                timedOut: false,
                cancelled: false,
            });
            expect(lines.sort()).toEqual(["stderr wrong", "stdout end", `stdout ${host.stacks}`].sort());
        });

        it("gives every argument, variable and input as it is, whatever it holds", async () => {
            const machine = open();
            const hostile = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0"));
            const nasty = fc.constantFrom(
                "'",
                "$(id)",
                "`id`",
                "\n",
                "!",
                "\\",
                '"',
                "-n",
                "",
                "*",
                "~",
                "#",
                "\u00e9",
            );
            const word = fc.array(fc.oneof(hostile, nasty), { maxLength: 4 }).map((parts) => parts.join(""));

            await fc.assert(
                fc.asyncProperty(fc.array(word, { maxLength: 5 }), word, word, async (words, value, input) => {
                    const show = 'printf "%s\\0" "$@" "$GIVEN"; cat';
                    const { stdout } = await runIt(machine, {
                        argv: ["sh", "-c", show, "sh", ...words],
                        environment: { GIVEN: value },
                        input,
                    });
                    expect(stdout).toBe(`${[...words, value].join("\0")}\0${input}`);
                }),
                { numRuns: 40 },
            );
        });

        it("shows neither variables nor input in the list of processes", async () => {
            const machine = open();
            const watch = watchCommandLines();
            await runIt(machine, {
                argv: ["sh", "-c", "cat >/dev/null; sleep 0.5"],
                environment: { SECRET: "value-of-a-secret" },
                input: "secret-input",
            });
            await watch.stop();
            expect([...watch.seen].filter((line) => line.includes("cat >/dev/null"))).not.toEqual([]);
            expect([...watch.seen].filter((line) => /of-a-secret|secret-input/.test(line))).toEqual([]);
        });

        it("keeps nothing of a command's when it has ended", async () => {
            const machine = open();
            await runIt(machine, { argv: ["echo", "a"] }, { deploymentId: "kept" });
            await until(async () => (await readdir(join(host.stacks, ".cicd"))).every((entry) => entry !== "kept"));
        });

        it("hands lines on while the command runs, those without a line feed at its end", async () => {
            const machine = open();
            const seen: { readonly line: string; readonly at: number }[] = [];
            const fifo = join(folder, "go-on");
            await run("mkfifo", [fifo]);
            const running = runIt(
                machine,
                { argv: ["sh", "-c", `echo first; read x <${fifo}; echo second`] },
                { onLine: (_stream, line) => seen.push({ line, at: Date.now() }) },
            );
            await until(async () => seen.length === 1);
            await writeFile(fifo, "go\n");
            await running;
            expect(seen.map(({ line }) => line)).toEqual(["first", "second"]);
        });

        it("loses nothing of a large output", async () => {
            const machine = open();
            const { stdout } = await runIt(machine, { argv: ["seq", "1", "300000"] });
            expect(stdout.split("\n")).toHaveLength(300_001);
            expect(stdout.endsWith("\n299999\n300000\n")).toBe(true);
        });

        it("ends the whole group on cancel, also what does not heed SIGTERM", async () => {
            const machine = open();
            const controller = new AbortController();
            const pids: number[] = [];
            const stubborn = "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; sleep 300' & echo $$; wait";
            const running = runIt(
                machine,
                { argv: ["sh", "-c", stubborn] },
                { signal: controller.signal, onLine: (_stream, line) => pids.push(Number(line)) },
            );
            await until(async () => pids.length === 2);
            controller.abort();
            const result = await running;
            expect(result).toMatchObject({ cancelled: true, timedOut: false, exitCode: 137 });
            expect(await livingOf(pids)).toEqual([]);
        });

        it("ends what heeds SIGTERM at once, and what takes too long", async () => {
            const machine = open();
            const result = await runIt(machine, { argv: ["sleep", "300"] }, { timeoutSeconds: 0.5 });
            expect(result).toMatchObject({ timedOut: true, cancelled: false, exitCode: 143 });
        });

        it("says what cannot be started", async () => {
            const machine = open();
            await expect(runIt(machine, { argv: ["no-such-program"] })).rejects.toMatchObject({
                code: "unavailable",
                message: matching(/^no-such-program: cannot be started on .* no such program/),
            });
            await expect(runIt(machine, { directory: "/no/such" })).rejects.toThrow(/\/no\/such cannot be entered/);
        });

        it("ends what carries a deployment's mark and outlived its server, but not what it runs itself", async () => {
            const pids: number[] = [];
            const note = (_stream: string, line: string) => pids.push(Number(line));
            const old = open();
            const left = runIt(old, { argv: ["sh", "-c", "echo $$; sleep 300"] }, { deploymentId: "d1", onLine: note });
            await until(async () => pids.length === 1);
            const next = open();
            const own = runIt(next, { argv: ["sh", "-c", "echo $$; sleep 1"] }, { deploymentId: "d1", onLine: note });
            await until(async () => pids.length === 2);

            expect(await next.target.endOrphans("d1")).toBe(1);

            expect(await livingOf(pids.slice(0, 1))).toEqual([]);
            expect((await own).exitCode).toBe(0);
            expect((await left).exitCode).toBe(137);
            expect(await next.target.endOrphans("d1")).toBe(0);
        });
    });

    describe("when the connection breaks", () => {
        it("goes on there, and its whole output and result are found over the next connection", async () => {
            const machine = open();
            const lines: string[] = [];
            const script = "for n in 1 2 3 4 5 6 7 8 9 10; do echo out $n; echo err $n >&2; sleep 0.4; done; exit 7";
            const running = runIt(
                machine,
                { argv: ["sh", "-c", script] },
                { onLine: (_stream, line) => lines.push(line) },
            );
            await until(async () => lines.includes("out 2"));
            await host.cut();
            // The command has ended before the network is back.
            await until(async () => (await processesOf("out $n")) === 0);
            expect(lines).not.toContain("out 10");
            await host.mend();

            const result = await running;
            expect(result).toMatchObject({ exitCode: 7, cancelled: false });
            const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
            expect(result.stdout).toBe(numbers.map((n) => `out ${n}\n`).join(""));
            expect(lines.filter((line) => line.startsWith("err"))).toEqual(numbers.map((n) => `err ${n}`));
        });

        it("is followed further when it runs still", async () => {
            const machine = open();
            const lines: string[] = [];
            const [first, second] = [join(folder, "still-runs-1"), join(folder, "still-runs-2")];
            await run("mkfifo", [first, second]);
            const running = runIt(
                machine,
                { argv: ["sh", "-c", `echo a; read x <${first}; echo b; read x <${second}; echo c`] },
                { onLine: (_stream, line) => lines.push(line) },
            );
            await until(async () => lines.includes("a"));
            await host.cut();
            await writeFile(first, "go\n");
            // Silence is noticed after four keepalives.
            await new Promise((resolve) => setTimeout(resolve, 5000));
            await host.mend();
            await until(async () => lines.includes("b"));
            await writeFile(second, "go\n");
            expect(await running).toMatchObject({ exitCode: 0, stdout: "a\nb\nc\n" });
        });

        it("is ended by a cancel that was asked for meanwhile", async () => {
            const machine = open();
            const controller = new AbortController();
            const pids: number[] = [];
            const running = runIt(
                machine,
                { argv: ["sh", "-c", "echo $$; sleep 300"] },
                { signal: controller.signal, onLine: (_stream, line) => pids.push(Number(line)) },
            );
            await until(async () => pids.length === 1);
            await host.cut();
            controller.abort();
            await new Promise((resolve) => setTimeout(resolve, 1000));
            await host.mend();
            expect(await running).toMatchObject({ cancelled: true });
            expect(await livingOf(pids)).toEqual([]);
        });
    });

    describe("its engine", () => {
        it("is reached through the user's connection, by its group, with nothing in between", async () => {
            for (const username of ["root", "deployer"] as const) {
                const { engine } = open({ username });
                expect((await engine.ping()).version).toMatch(/^\d+\./);
                expect((await engine.findImage("cicd/busybox:1"))?.id).toMatch(/^sha256:/);
            }
        });

        it("tells of its containers, and of what happens to them", async () => {
            const { engine } = open();
            const events: string[] = [];
            const stop = new AbortController();
            let isOpen = false;
            engine.watch({
                signal: stop.signal,
                onEvent: ({ action, containerId }) => events.push(`${action} ${containerId}`),
                onGap: () => (isOpen = true),
                onAway: () => undefined,
            });
            await until(async () => isOpen);
            const id = await host.docker(
                "run",
                "-d",
                "--label",
                `of=${name}`,
                "cicd/busybox:1",
                "sh",
                "-c",
                "echo hi; sleep 60",
            );
            try {
                await until(async () => events.includes(`start ${id}`));
                expect((await engine.listContainers([`of=${name}`])).map((found) => found.id)).toEqual([id]);
                await until(async () => (await engine.tailLogs(id, 5)).some(({ text }) => text === "hi"));
                expect((await engine.inspect(id))?.status).toBe("running");
            } finally {
                await engine.removeContainer(id);
                stop.abort();
            }
            expect(await engine.findContainer(id)).toBeUndefined();
        });

        it("gets the images that it lacks, by id, with their names", async () => {
            const { images, engine } = open();
            const image = `${name}:1`;
            await buildImage(folder, image);
            try {
                const id = await docker("image", "inspect", "-f", "{{.Id}}", image);
                const told: number[] = [];
                const wanted = [{ name: image, id }];
                const onProgress = ({ sentBytes }: { sentBytes: number }) => told.push(sentBytes);

                expect(await images.send(wanted, { signal, onProgress })).toEqual([image]);
                expect((await engine.findImage(image))?.id).toBe(id);
                expect(told.at(-1)).toBeGreaterThan(1_000_000);

                await host.docker("tag", image, `${name}:other`);
                await host.docker("rmi", image);
                expect(await images.send(wanted, { signal, onProgress })).toEqual([]);
                expect((await engine.findImage(image))?.id).toBe(id);
                const missing = [{ name: `${name}:no`, id: `sha256:${"0".repeat(64)}` }];
                await expect(images.send(missing, { signal, onProgress })).rejects.toMatchObject({ code: "not_found" });
            } finally {
                await docker("rmi", "-f", image);
                await host.docker("rmi", "-f", image, `${name}:other`);
            }
        });
    });

    describe("its files", () => {
        it("are written whole, read, listed and removed, as on a disk of ours", async () => {
            const { files } = open({ username: "deployer" });
            const root = join(host.stacks, "files");
            await files.write(root, "a/b/c.txt", "text");
            await files.write(root, "a/b/c.txt", "text 2", 0o600);
            await files.write(root, "run.sh", "echo", 0o755);
            await symlink("a/b/c.txt", join(root, "link"));

            expect(await files.readText(root, "a/b/c.txt")).toBe("text 2");
            expect((await stat(join(root, "a/b/c.txt"))).mode & 0o777).toBe(0o600);
            expect(await files.list(root)).toEqual(await diskFiles.list(root));
            expect(await files.links(root)).toEqual(await diskFiles.links(root));
            for (const path of ["a/b/c.txt", "run.sh", "link", "a", "none", "a/none/none"]) {
                expect(await files.inspect(root, path), path).toEqual(await diskFiles.inspect(root, path));
                expect(await files.realPath(root, path), path).toEqual(await diskFiles.realPath(root, path));
                expect(await files.readLink(root, path), path).toEqual(await diskFiles.readLink(root, path));
            }
            expect([...(await files.names(root))].sort()).toEqual(["a", "link", "run.sh"]);
            expect(await files.names(join(root, "none"))).toEqual([]);
            expect(await files.freeBytes(root)).toBeGreaterThan(0);

            await files.remove(root, "a/b/c.txt");
            await files.remove(root, "a/b/c.txt");
            expect(await files.list(root)).toEqual(["link", "run.sh"]);
            expect(await files.names(root)).not.toContain("a");
            await files.removeTree(root);
            expect(await files.names(host.stacks)).not.toContain("files");
        });

        it("stay in their folder", async () => {
            const { files } = open();
            const root = join(host.stacks, "contained");
            await files.makeDirectory(root);
            await symlink(folder, join(root, "out"));
            await symlink("/etc/passwd", join(root, "passwd"));
            for (const path of ["../other.txt", "out/x.txt", "..", "a/../../x", "out/a/b.txt"]) {
                await expect(files.write(root, path, "x"), path).rejects.toMatchObject({
                    details: { errorCode: "not_contained" },
                });
            }
            expect(await files.realPath(root, "passwd")).toBeUndefined();
            // A link at the end is replaced, not followed.
            await files.write(root, "passwd", "own");
            expect(await files.readText(root, "passwd")).toBe("own");
            expect(await readdir(folder)).not.toContain("x.txt");
        });

        it("are not read where they would not end, or would fill the memory here", async () => {
            const { files } = open();
            const root = join(host.stacks, "odd");
            await files.write(root, "plain", "x");
            await run("mkfifo", [join(root, "pipe")]);
            await run("truncate", ["-s", "40M", join(root, "huge")]);

            await expect(files.download(root, join(folder, "odd"), "pipe")).rejects.toMatchObject({ code: "invalid" });
            await expect(files.readText(root, "huge")).rejects.toMatchObject({ code: "invalid" });
            await files.download(root, join(folder, "odd"), "huge");
            expect((await stat(join(folder, "odd", "huge"))).size).toBe(40 * 1024 * 1024);
            await files.removeTree(root);
        });

        it("go there many at once, and large ones in pieces", async () => {
            const warnings: string[] = [];
            const note = (warning: Error): void => void warnings.push(warning.message);
            process.on("warning", note);
            const { files } = open();
            const from = join(folder, "many");
            const root = join(host.stacks, "many");
            const paths = Array.from({ length: 200 }, (_, at) => `d${at % 10}/f${at}`);
            await Promise.all(paths.map((path) => diskFiles.write(from, path, path)));
            await diskFiles.write(from, "large.bin", "0123456789abcdef".repeat(1024 * 1024));

            await Promise.all(["large.bin", ...paths].map((path) => files.upload(from, root, path)));

            expect(await files.inspect(root, "large.bin")).toEqual(await diskFiles.inspect(from, "large.bin"));
            expect(await files.list(root)).toHaveLength(201);
            process.off("warning", note);
            expect(warnings).toEqual([]);
            await files.removeTree(root);
        });

        it("go there and come back, links and the right to run included", async () => {
            const { files } = open();
            const from = join(folder, "up");
            const to = join(folder, "down");
            const root = join(host.stacks, "sent");
            const large = "0123456789abcdef".repeat(64 * 1024);
            await diskFiles.write(from, "deep/large.bin", large);
            await diskFiles.write(from, "run.sh", "echo", 0o755);
            await symlink("run.sh", join(from, "link"));
            for (const path of await diskFiles.list(from)) {
                await files.upload(from, root, path);
                expect(await files.inspect(root, path)).toEqual(await diskFiles.inspect(from, path));
                await files.download(root, to, path);
                expect(await diskFiles.inspect(to, path)).toEqual(await diskFiles.inspect(from, path));
            }
            await files.copy(root, join(host.stacks, "copied"), "run.sh");
            expect((await files.inspect(join(host.stacks, "copied"), "run.sh"))?.executable).toBe(true);
        });

        it("say who may not write them", async () => {
            const { files } = open({ username: "guest" });
            await expect(files.write("/root/none", "x", "x")).rejects.toThrow(/the user on .* may not/);
        });
    });

    describe("its lock", () => {
        const request = { stack: "web", reason: "deploys abc", leaseSeconds: 60 };

        it("keeps two servers apart, and says who holds it", async () => {
            const [one, other] = [open(), open()];
            const taken = await one.lock.take({ ...request, owner: "server-1" });
            expect(taken.taken).toBe(true);
            expect(await other.lock.take({ ...request, owner: "server-2", reason: "restarts" })).toMatchObject({
                taken: false,
                holder: { owner: "server-1", reason: "deploys abc", since: matching(/^20/) },
            });
            expect((await other.lock.take({ ...request, stack: "db", owner: "server-2" })).taken).toBe(true);
            expect((await one.lock.take({ ...request, owner: "server-1" })).taken).toBe(true);
            await leaseOf(taken).release();
            expect((await other.lock.take({ ...request, owner: "server-2" })).taken).toBe(true);
        });

        it("goes to the next one when its lease is over, once", async () => {
            const machine = open();
            const stack = "leased";
            const old = await machine.lock.take({ ...request, stack, owner: "gone", leaseSeconds: 1 });
            await until(async () => (await machine.lock.take({ ...request, stack, owner: "next" })).taken);
            const answers = await Promise.all(
                ["a", "b", "c"].map((owner) => machine.lock.take({ ...request, stack, owner })),
            );
            expect(answers.map(({ taken }) => taken)).toEqual([false, false, false]);
            expect(await leaseOf(old).renew()).toBe(false);
            await leaseOf(old).release();
            expect((await machine.lock.take({ ...request, stack, owner: "a" })).taken).toBe(false);
        });

        it("is won by one of many", async () => {
            const owners = Array.from({ length: 6 }, (_, index) => `racer-${index}`);
            const machine = open();
            const answers = await Promise.all(
                owners.map((owner) => machine.lock.take({ ...request, stack: "raced", owner })),
            );
            expect(answers.filter(({ taken }) => taken)).toHaveLength(1);
        });
    });

    describe("the connection", () => {
        it("is checked: versions, disk, rights and the host's key", async () => {
            const fingerprint = (await machines.readHostKey(targetOf(), signal)).fingerprint;
            const { freeBytes, ...seen } = await check({ username: "deployer" });
            expect(freeBytes).toBeGreaterThan(0);
            expect(seen).toEqual({
                ok: true,
                hostKeyFingerprint: fingerprint,
                user: "deployer",
                engineVersion: matching(/^\d+\./),
                composeVersion: matching(/^v?2\./),
                directoryWritable: true,
                problems: [],
            });
        });

        it("names every obstacle in plain words", async () => {
            const guest = await check({ username: "guest", stacksDirectory: "/root/stacks" });
            expect(guest.ok).toBe(false);
            expect(guest.problems.map(({ code }) => code)).toEqual(["engine_denied", "directory_not_writable"]);
            expect((await check({ stacksDirectory: "/etc/hostname" })).problems).toMatchObject([
                { code: "directory_missing" },
            ]);
            const sudo = await check({ username: "guest", sudo: true });
            expect(sudo.problems.map(({ code }) => code)).toEqual(["sudo_refused"]);
            await host.setPath(usualPath.slice(1));
            try {
                expect((await check({ username: "deployer" })).problems).toMatchObject([{ code: "docker_missing" }]);
                await host.setPath([await dockerWithoutCompose(folder), ...usualPath.slice(1)]);
                const seen = await check({ username: "deployer" });
                expect(seen.problems).toMatchObject([{ code: "compose_missing" }]);
                expect(seen.engineVersion).toMatch(/^\d+\./);
            } finally {
                await host.setPath(usualPath);
            }
        });

        it("is refused with a wrong key, to a wrong port, and to a private address that nobody allowed", async () => {
            const { privateKey } = await makeSshKey(["-t", "ed25519"]);
            await expect(check({ privateKey })).rejects.toMatchObject({
                code: "unauthorized",
                message: matching(/refuses this key for the user root/),
                details: { errorCode: "auth_failed" },
            });
            await expect(check({ port: 9 })).rejects.toMatchObject({
                code: "unavailable",
                message: matching(/does not answer on port 9 \(nothing listens there\)/),
            });
            await expect(check({ allowPrivateHost: false })).rejects.toMatchObject({
                code: "invalid",
                details: { errorCode: "address_refused" },
            });
            await expect(check({ host: "no-such-host.invalid" })).rejects.toThrow(/not known to this machine's name/);
            await expect(check({ privateKey: "no key" })).rejects.toThrow(/^privateKey: cannot be used/);
        });

        it.each([
            ["rsa in PKCS#8", ["-t", "rsa", "-b", "2048", "-m", "PKCS8"], "pass phrase"],
            ["ecdsa in OpenSSH's form", ["-t", "ecdsa"], "pass phrase"],
            ["ecdsa in PEM", ["-t", "ecdsa", "-m", "PEM"], ""],
        ])("takes a key: %s", async (_what, words, passphrase) => {
            const made = await makeSshKey(words, { passphrase });
            await host.authorize(made.publicKey, "guest");
            const locked = passphrase === "" ? {} : { passphrase };
            try {
                const seen = await check({ username: "guest", privateKey: made.privateKey, ...locked });
                expect(seen.user).toBe("guest");
            } finally {
                await host.authorize(key.publicKey, "guest");
            }
        });

        it("is made only to the host whose key was seen first", async () => {
            const seen: string[] = [];
            const machine = machines.open(targetOf(), { onHostKey: async (shown) => void seen.push(shown) });
            opened.push(machine);
            await runIt(machine, {});
            expect(seen).toEqual([await host.hostKey()]);
            const pinned = { hostKey: seen[0] };
            expect((await check(pinned)).ok).toBe(true);
            await host.changeHostKey();

            machine.close();
            const offered = (await machines.readHostKey(targetOf(), signal)).fingerprint;
            await expect(runIt(machine, {})).rejects.toMatchObject({ details: { errorCode: "host_key_changed" } });
            await expect(check(pinned)).rejects.toMatchObject({
                code: "conflict",
                details: { errorCode: "host_key_changed", offered },
            });
            expect(seen).toHaveLength(1);
        });
    });
});

function leaseOf(answer: Awaited<ReturnType<RemoteMachine["lock"]["take"]>>) {
    if (!answer.taken) {
        throw new Error("the lock was not taken");
    }
    return answer.lease;
}

async function livingOf(pids: readonly number[]): Promise<readonly number[]> {
    const states = await Promise.all(
        pids.map(async (pid) => {
            const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "State:\tX");
            return /^State:\s+[ZX]/m.test(text) ? undefined : pid;
        }),
    );
    return states.filter((pid) => pid !== undefined);
}

/** How many processes have this in their command line. */
async function processesOf(text: string): Promise<number> {
    const ids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
    const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
    return lines.filter((line) => line.includes(text)).length;
}

async function dockerWithoutCompose(folder: string): Promise<string> {
    const script = `#!/bin/sh\n[ "$1" != compose ] || exit 1\nexec '${usualPath[0] ?? ""}/docker' "$@"\n`;
    await diskFiles.write(folder, "programs/docker", script, 0o755);
    await chmod(folder, 0o755);
    return join(folder, "programs");
}

async function buildImage(folder: string, image: string): Promise<void> {
    await writeFile(join(folder, "Dockerfile"), `FROM cicd/busybox:1\nRUN echo ${image} >/made\n`);
    await docker("build", "-q", "-t", image, folder);
}
