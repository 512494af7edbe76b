import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startApp } from "../../backend/app.ts";
import { type Config, readConfig } from "../../backend/config.ts";
import { createLogger } from "../../backend/platform/log/logger.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** A configuration of its own directories, and of an engine that is not there. */
async function configure(environment: Readonly<Record<string, string>> = {}): Promise<Config> {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "stacks"));
    const given = {
        DOCKGE_PORT: "0",
        DOCKGE_HOSTNAME: "127.0.0.1",
        DOCKGE_DATA_DIR: join(directory, "data"),
        DOCKGE_STACKS_DIR: join(directory, "stacks"),
        CICD_ADMIN_USERNAME: "admin",
        CICD_ADMIN_PASSWORD: "correct horse battery",
        DOCKER_HOST: `unix://${directory}/no-engine.sock`,
        PATH: process.env["PATH"] ?? "",
        ...environment,
    };
    return readConfig([], given, {
        workingDirectory: directory,
        isWritable: () => true,
        readFile: () => "",
        cores: 2,
    });
}

async function start(config: Config) {
    const app = await startApp(config, createLogger("error"), "1.2.3");
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopping ??= app.stop());
    onTestFinished(stop);
    return { ...app, stop };
}

async function login(address: string): Promise<string> {
    const answer = await fetch(`${address}/api/v1/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "admin", password: "correct horse battery" }),
    });
    const body: unknown = await answer.json();
    const token = typeof body === "object" && body !== null && "token" in body ? body.token : undefined;
    expect(typeof token).toBe("string");
    return String(token);
}

describe("the server without an engine", () => {
    it("starts, says that the engine is away, and serves its API", async () => {
        const { address, resumed } = await start(await configure());

        const health = await fetch(`${address}/healthz`);
        const text = await health.text();
        const token = await login(address);
        const stacks = await fetch(`${address}/api/v1/stacks`, { headers: { authorization: `Bearer ${token}` } });

        expect(resumed).toBe(0);
        expect(health.status).toBe(200);
        expect(text).toContain("1.2.3");
        expect(stacks.status).toBe(200);
        expect((await fetch(`${address}/api/v1/stacks`)).status).toBe(401);
        expect((await fetch(`${address}/api/webhooks/none`, { method: "POST" })).status).toBe(404);
    });

    it("tells a program in words that a login is wrong", async () => {
        const { address } = await start(await configure());

        const answer = await fetch(`${address}/api/v1/login`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ username: "admin", password: "wrong" }),
        });

        expect(answer.status).toBe(401);
        expect(await answer.text()).toContain("username, password: do not fit together");
    });

    it("writes an IPv6 address so that it can be opened", async () => {
        const { address } = await start(await configure({ DOCKGE_HOSTNAME: "::1" }));

        expect(address).toMatch(/^http:\/\/\[::1\]:\d+$/);
        expect((await fetch(`${address}/healthz`)).status).toBe(200);
    });

    it("makes its data directory with a key that nobody else can read", async () => {
        const config = await configure();
        await start(config);

        const key = join(config.dataDirectory, "cicd", "encryption.key");

        expect((await stat(key)).mode & 0o777).toBe(0o600);
    });

    it("stops, and starts again on the same data with the same key and users", async () => {
        const config = await configure();
        const first = await start(config);
        const key = await readFile(join(config.dataDirectory, "cicd", "encryption.key"), "utf8");
        await first.stop();
        await expect(fetch(`${first.address}/healthz`)).rejects.toThrow();

        const second = await start(config);

        await login(second.address);
        expect(await readFile(join(config.dataDirectory, "cicd", "encryption.key"), "utf8")).toBe(key);
    });
});
