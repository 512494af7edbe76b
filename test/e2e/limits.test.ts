import { execFile } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { containerOf, removeStack } from "../support/docker.ts";
import { type EngineProxy, startEngineProxy } from "../support/engine-proxy.ts";
import { followLog } from "../support/follow-log.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { sampleApp } from "../support/sample-app.ts";
import { freePort, startServer, type TestServer } from "../support/server.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const run = promisify(execFile);
const isUnixEngine = (process.env["DOCKER_HOST"] ?? "unix://").startsWith("unix://");
const isRoot = process.getuid?.() === 0;

async function answer(port: number): Promise<string> {
    return (await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim();
}

describe.skipIf(!isUnixEngine)("an engine that goes away", () => {
    const stack = `away-${process.pid}`;
    let proxy: EngineProxy;
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;

    beforeAll(async () => {
        proxy = await startEngineProxy();
        server = await startServer({ DOCKER_HOST: proxy.address });
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(sampleApp({ port, version: "one" }), "one");
        await rest.connect(stack, { url: repository.url, branch: "main" });
        const first = await rest.ended((await rest.deploy(stack)).id);
        expect(first.status).toBe("successful");
    });

    afterAll(async () => {
        await server.stop();
        await proxy.close();
        await removeStack(stack);
        await repository.remove();
    });

    it("fails a deployment with a sentence that says so, and leaves the stack alone", async () => {
        const web = await containerOf(stack, "web");
        await repository.commit({ "web/www/index.html": "two\n" }, "two");
        await proxy.takeAway();

        const ended = await rest.ended((await rest.deploy(stack)).id);

        expect(ended).toMatchObject({ status: "failed", errorCode: "engine_unavailable" });
        expect(ended.error).toMatch(/engine does not answer/i);
        expect(await containerOf(stack, "web")).toBe(web);
        expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
        await proxy.bringBack();
        expect((await rest.ended((await rest.deploy(stack)).id)).status).toBe("successful");
        expect(await answer(port)).toBe("two");
    });

    it("restores the old release when it comes back after going away in the middle of a change", async () => {
        await repository.commit({ "web/Dockerfile": 'FROM cicd/busybox:1\nCMD ["sleep", "1000"]\n' }, "never healthy");
        const deployment = await rest.deploy(stack);
        await followLog(server, deployment.id, (line) => line.includes("Waiting:"));
        await proxy.takeAway();
        await followLog(server, deployment.id, (line) => line.includes("Rolling back to"));
        const rollback = (await rest.history(stack)).find((row) => row.rollbackOf === deployment.id);
        await followLog(server, rollback?.id ?? "", (line) => line.includes("waiting up to 60 s"));
        await proxy.bringBack();

        const ended = await rest.ended(deployment.id);

        expect(ended).toMatchObject({ status: "rolled_back", errorCode: "engine_unavailable" });
        expect(await answer(port)).toBe("two");
    });
});

describe.skipIf(!isRoot)("a disk that is full", () => {
    const stack = `full-${process.pid}`;
    let disk: string;
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    let port: number;

    beforeAll(async () => {
        disk = await mkdtemp(join(tmpdir(), "cicd-disk-"));
        await run("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", disk]);
        server = await startServer({ DOCKGE_DATA_DIR: join(disk, "data") });
        rest = createRest(server);
        repository = await createWorkRepository();
        port = await freePort();
        await repository.commit(sampleApp({ port, version: "one" }), "one");
        await rest.connect(stack, { url: repository.url, branch: "main" });
        expect((await rest.ended((await rest.deploy(stack)).id)).status).toBe("successful");
    });

    afterAll(async () => {
        await server.stop();
        await run("umount", ["-l", disk]);
        await rm(disk, { recursive: true, force: true });
        await removeStack(stack);
        await repository.remove();
    });

    it("fails a deployment, leaves the stack alone, and is fine again when there is space", async () => {
        const web = await containerOf(stack, "web");
        const big = Buffer.alloc(12 * 1024 * 1024, "x").toString();
        await repository.commit({ "web/www/index.html": "two\n", "web/big.bin": big }, "two, with a big file");
        const { bavail, bsize } = await statfs(disk);
        await writeFile(join(disk, "filler"), Buffer.alloc(bavail * bsize - 2 * 1024 * 1024));

        const ended = await rest.ended((await rest.deploy(stack)).id);

        expect(ended).toMatchObject({ status: "failed", errorCode: "disk_full" });
        expect(ended.error).toMatch(/disk is full|space/i);
        expect(await containerOf(stack, "web")).toBe(web);
        expect(await answer(port)).toBe("one");
        await rm(join(disk, "filler"));
        await repository.commit({ "web/www/index.html": "three\n", "web/big.bin": null }, "three");
        expect((await rest.ended((await rest.deploy(stack)).id)).status).toBe("successful");
        expect(await answer(port)).toBe("three");
    });
});
