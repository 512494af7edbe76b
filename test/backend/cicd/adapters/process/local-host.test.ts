import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createLocalHost } from "../../../../../backend/cicd/adapters/process/local-host.ts";
import { temporaryDirectory } from "../../../../support/temporary-directory.ts";

const path = process.env["PATH"] ?? "";
const never = new AbortController().signal;
const started: ChildProcess[] = [];

afterEach(() => {
    started.splice(0).forEach((child) => child.kill("SIGKILL"));
});

/** A process as an earlier server would have left it. */
function orphan(deploymentId: string): ChildProcess {
    const child = spawn("sh", ["-c", "trap '' TERM; sleep 60 & wait"], {
        detached: true,
        stdio: "ignore",
        env: { PATH: path, CICD_DEPLOYMENT_ID: deploymentId },
    });
    started.push(child);
    return child;
}

describe("this machine as a target", () => {
    it("passes on PATH, and nothing else of the server's environment", async () => {
        const host = createLocalHost({
            environment: {
                PATH: path,
                HOME: "/home/x",
                DOCKER_HOST: "unix:///x.sock",
                DOCKER_CONTEXT: undefined,
                DOCKER_DEFAULT_PLATFORM: "linux/arm64",
                COMPOSE_FILE: "other.yaml",
                CICD_ENCRYPTION_KEY: "secret",
            },
        });
        const result = await host.run(
            { argv: ["env"], directory: tmpdir(), environment: { OWN: "1", HOME: "/tmp/home" } },
            { signal: never, timeoutSeconds: 5, capture: true, deploymentId: "d1" },
        );
        expect(result.stdout.trim().split("\n").sort()).toEqual(
            ["CICD_DEPLOYMENT_ID=d1", "HOME=/tmp/home", "OWN=1", `PATH=${path}`].sort(),
        );
    });

    it("passes the engine's address on to docker, and starts the compose plugin itself", async () => {
        const config = await temporaryDirectory();
        const plugin = join(config, "cli-plugins", "docker-compose");
        await mkdir(join(config, "cli-plugins"));
        await writeFile(plugin, '#!/bin/sh\necho "$DOCKER_HOST $COMPOSE_FILE $*"\n', { mode: 0o755 });
        const environment = { PATH: path, DOCKER_CONFIG: config, DOCKER_HOST: "unix:///x.sock", COMPOSE_FILE: "other" };

        const result = await createLocalHost({ environment }).run(
            { argv: ["docker", "compose", "up", "-d"], directory: tmpdir() },
            { signal: never, timeoutSeconds: 5, capture: true },
        );

        expect(result.stdout).toBe("unix:///x.sock  up -d\n");
    });

    it("passes the engine's address on to who asks for it, without what its user has for registries", async () => {
        const environment = {
            PATH: path,
            HOME: "/home/x",
            DOCKER_HOST: "tcp://10.0.0.1:2376",
            DOCKER_CERT_PATH: "/certs",
            DOCKER_TLS_VERIFY: "1",
            DOCKER_CONFIG: "/home/x/.docker",
        };

        const result = await createLocalHost({ environment }).run(
            { argv: ["env"], directory: tmpdir(), environment: { HOME: "/tmp/home" }, reachesEngine: true },
            { signal: never, timeoutSeconds: 5, capture: true },
        );

        expect(result.stdout.trim().split("\n").sort()).toEqual([
            "DOCKER_CERT_PATH=/certs",
            "DOCKER_HOST=tcp://10.0.0.1:2376",
            "DOCKER_TLS_VERIFY=1",
            "HOME=/tmp/home",
            `PATH=${path}`,
        ]);
    });

    it("keeps standard output only when asked", async () => {
        const host = createLocalHost({ environment: { PATH: path } });
        const result = await host.run(
            { argv: ["echo", "x"], directory: tmpdir() },
            { signal: never, timeoutSeconds: 5 },
        );
        expect(result).toMatchObject({ exitCode: 0, stdout: "" });
    });

    it.runIf(process.platform === "linux")("ends what an earlier server left of a deployment", async () => {
        const host = createLocalHost({ environment: { PATH: path } });
        const lost = orphan("lost-1");
        const other = orphan("lost-2");
        const exit = once(lost, "exit");
        await expect.poll(() => host.endOrphans("lost-1")).toBe(1);
        await exit;
        expect(await host.endOrphans("lost-1")).toBe(0);
        expect(other.exitCode).toBeNull();
        expect(other.signalCode).toBeNull();
    });

    it.runIf(process.platform === "linux")("leaves its own running commands alone", async () => {
        const host = createLocalHost({ environment: { PATH: path } });
        const cancel = new AbortController();
        let ended = -1;
        const running = host.run(
            { argv: ["sh", "-c", "echo up; sleep 60"], directory: tmpdir() },
            {
                signal: cancel.signal,
                timeoutSeconds: 30,
                deploymentId: "own-1",
                onLine: () => {
                    void host.endOrphans("own-1").then((count) => {
                        ended = count;
                        cancel.abort();
                    });
                },
            },
        );
        expect(await running).toMatchObject({ cancelled: true });
        expect(ended).toBe(0);
    });
});
