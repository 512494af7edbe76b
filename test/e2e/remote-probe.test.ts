import { chmod, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { testbedPaths } from "../../extra/testbed/paths.ts";
import { diskFiles } from "../../backend/cicd/adapters/disk/files.ts";
import { createEngine } from "../../backend/cicd/adapters/docker/engine.ts";
import { createImageTransfer } from "../../backend/cicd/adapters/docker/image-transfer.ts";
import { createSshMachines } from "../../backend/cicd/adapters/ssh/machines.ts";
import type { RemoteMachine } from "../../backend/cicd/core/remote-machine.ts";
import { connectDocker } from "../../backend/platform/docker/client.ts";
import { containing } from "../support/containing.ts";
import { type RemoteHost, type RemoteUser, startRemoteHost, usualPath } from "../support/remote-host.ts";
import { type MadeKey, makeSshKey } from "../support/ssh-keys.ts";
import { freePort } from "../support/server.ts";
import { findSshd } from "../support/ssh-server.ts";
import { until } from "../support/until.ts";

const sshd = await findSshd();
const name = `remote-probe-${process.pid}`;

/** Answers by path, one process for each connection. */
const responder = `read -r method path rest
while read -r line && [ "\${#line}" -gt 1 ]; do [ "\${line#User-Agent}" = "$line" ] || agent=$line; done
case "$path" in
/ok) printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nyes' ;;
/none) printf 'HTTP/1.1 204 No Content\\r\\n\\r\\n' ;;
/moved) printf 'HTTP/1.1 302 Found\\r\\nLocation: /ok\\r\\nContent-Length: 0\\r\\n\\r\\n' ;;
/broken) printf 'HTTP/1.1 500 Oops\\r\\nContent-Length: 0\\r\\n\\r\\n' ;;
/endless) printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; yes ;;
/slow) sleep 30 ;;
/nonsense) echo hello ;;
esac`;

describe.skipIf(sshd === undefined)("a health check on a machine over SSH", () => {
    let host: RemoteHost;
    let key: MadeKey;
    let folder: string;
    let published: number;
    let own: string;
    const opened: RemoteMachine[] = [];
    const { signal } = new AbortController();

    const here = connectDocker({ host: process.env["DOCKER_HOST"] });
    const machines = createSshMachines({
        openEngine(agent) {
            const there = connectDocker({ agent });
            return { engine: createEngine(there), images: createImageTransfer(here, there) };
        },
        localFiles: diskFiles,
        keepaliveSeconds: 1,
    });

    beforeAll(async () => {
        host = await startRemoteHost();
        key = await makeSshKey(["-t", "ed25519"]);
        await host.authorize(key.publicKey, "root");
        await host.authorize(`no-port-forwarding ${key.publicKey}`, "guest");
        folder = await mkdtemp(join(tmpdir(), "cicd-remote-probe-"));
        await chmod(folder, 0o755);
        published = await freePort();
        const serve = ["nc", "-ll", "-p", "80", "-e", "sh", "-c", responder];
        const ports = ["-p", `127.0.0.1:${published}:80`];
        await host.docker("run", "-d", "--name", name, ...ports, "cicd/busybox:1", ...serve);
        const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        own = await host.docker("inspect", "--format", format, name);
        const machine = open("root");
        await until(async () => (await machine.probe.status(`http://${own}:80/ok`, 1, signal)) === 200);
    });

    afterEach(() => {
        opened.splice(0).forEach((machine) => machine.close());
    });

    afterAll(async () => {
        await host.docker("rm", "-f", name).catch(() => "");
        await host.close();
        await rm(folder, { recursive: true, force: true });
    });

    function open(username: RemoteUser): RemoteMachine {
        const machine = machines.open(
            {
                id: "t1",
                name: "second",
                host: host.address,
                port: host.port,
                username,
                privateKey: key.privateKey,
                publicKey: key.publicKey,
                sudo: false,
                stacksDirectory: host.stacks,
                allowPrivateHost: true,
                createdAt: "",
                updatedAt: "",
            },
            { onHostKey: async () => undefined },
        );
        opened.push(machine);
        return machine;
    }

    /** Programs that the users find: those named, and of `bed` (name → program) the given ones. */
    async function onlyPrograms(...links: readonly (readonly [name: string, program: string])[]): Promise<void> {
        const path = await mkdtemp(join(folder, "programs-"));
        await chmod(path, 0o755);
        for (const [link, program] of [...usual, ...links]) {
            await symlink(program, join(path, link));
        }
        await host.setPath([path]);
    }

    const usual = ["sh", "sed", "grep"].map((program) => [program, `/usr/bin/${program}`] as const);
    const ways = [
        ["a forwarded channel", "root", []],
        ["curl, where forwarding is forbidden", "guest", [["curl", "/usr/bin/curl"]]],
        ["wget", "guest", [["wget", "/usr/bin/wget"]]],
        ["BusyBox' wget", "guest", [["wget", join(testbedPaths().root, "usr/bin/busybox")]]],
    ] as const;

    describe.each(ways)("by %s", (_way, user, programs) => {
        beforeAll(() => (programs.length === 0 ? host.setPath(usualPath) : onlyPrograms(...programs)));

        it.each([
            ["/ok", 200],
            ["/none", 204],
            ["/moved", 302],
            ["/broken", 500],
            ["/endless", 200],
            ["/nonsense", undefined],
        ])("%s is answered %s, at the published address and at the container's own", async (path, status) => {
            const { probe } = open(user);

            expect(await probe.status(`http://127.0.0.1:${published}${path}`, 3, signal)).toBe(status);
            expect(await probe.status(`http://${own}:80${path}`, 3, signal)).toBe(status);
        });

        it("what is too slow does not answer, and takes no longer than it may", async () => {
            const { probe } = open(user);
            const before = Date.now();

            expect(await probe.status(`http://${own}:80/slow`, 1, signal)).toBeUndefined();
            expect(Date.now() - before).toBeLessThan(4000);
        });

        it("where nothing listens, nobody answers", async () => {
            const { probe } = open(user);

            expect(await probe.status(`http://127.0.0.1:9/ok`, 3, signal)).toBeUndefined();
            expect(await probe.status(`http://[::1]:9/ok`, 3, signal)).toBeUndefined();
        });

        it("ends with its signal", async () => {
            const { probe } = open(user);
            const before = Date.now();

            expect(await probe.status(`http://${own}:80/slow`, 20, AbortSignal.timeout(300))).toBeUndefined();
            expect(Date.now() - before).toBeLessThan(4000);
        });
    });

    it("says so where forwarding is forbidden and there is no program to ask with", async () => {
        await onlyPrograms();

        await expect(open("guest").probe.status(`http://${own}:80/ok`, 3, signal)).rejects.toMatchObject({
            code: "unavailable",
            details: { errorCode: "not_supported" },
            message: containing("forbids TCP forwarding, and it has neither curl nor wget"),
        });
    });

    it("an address that swallows the question leaves the connection as it is", async () => {
        await host.setPath(usualPath);
        const machine = open("root");
        // Nobody has this address, so that nobody refuses it either.
        expect(await machine.probe.status("http://192.0.2.1:80/", 1, signal)).toBeUndefined();

        expect(await machine.probe.status(`http://${own}:80/ok`, 3, signal)).toBe(200);
        expect(host.log().match(/Accepted publickey for root/g)?.length).toBeGreaterThan(0);
    });

    it("a broken connection is no answer, and the next question connects anew", async () => {
        const machine = open("root");
        expect(await machine.probe.status(`http://${own}:80/ok`, 3, signal)).toBe(200);

        await host.cut();
        try {
            expect(await machine.probe.status(`http://${own}:80/ok`, 1, signal)).toBeUndefined();
        } finally {
            await host.mend();
        }

        await until(async () => (await machine.probe.status(`http://${own}:80/ok`, 2, signal)) === 200);
    });
});
