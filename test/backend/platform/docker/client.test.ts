import { createServer, type RequestListener, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { connectDocker, type DockerClient } from "../../../../backend/platform/docker/client.ts";

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) {
        await cleanup();
    }
});

/** A stand-in for an engine that answers in one way, on a socket of its own. */
async function engineThat(answer: RequestListener): Promise<{ docker: DockerClient; server: Server }> {
    const directory = mkdtempSync(join(tmpdir(), "engine-"));
    const server = createServer(answer);
    const socket = join(directory, "docker.sock");
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    cleanups.push(() => {
        server.closeAllConnections();
        server.close();
        rmSync(directory, { recursive: true });
    });
    return { docker: connectDocker({ host: `unix://${socket}` }), server };
}

const away = { code: "unavailable", details: { errorCode: "engine_unavailable" } };

describe("an engine that is away", () => {
    it.each(["unix:///no/such/docker.sock", "tcp://127.0.0.1:1"])("is told as unavailable: %s", async (host) => {
        const docker = connectDocker({ host });
        await expect(docker.version()).rejects.toMatchObject(away);
        await expect(docker.version()).rejects.toThrow(/Install Docker Engine/);
        await expect(docker.containers.list([])).rejects.toMatchObject(away);
        await expect(docker.images.inspect("x")).rejects.toMatchObject(away);
        await expect(
            docker.images.pull("x", { signal: new AbortController().signal, onLine: () => undefined }),
        ).rejects.toMatchObject(away);
    });

    it("is told as unavailable when it breaks the connection", async () => {
        const { docker } = await engineThat((request) => request.socket.destroy());
        await expect(docker.containers.list([])).rejects.toMatchObject(away);
    });

    it("refuses an address that it cannot use", () => {
        expect(() => connectDocker({ host: "ftp://x" })).toThrow(/DOCKER_HOST/);
    });
});

describe("answers of the engine", () => {
    it("tells a full disk by its own code", async () => {
        const { docker } = await engineThat((_request, response) => {
            response.writeHead(500).end(JSON.stringify({ message: "write /x: no space left on device" }));
        });
        await expect(docker.images.tag("a", "b")).rejects.toMatchObject({ details: { errorCode: "disk_full" } });
    });

    it("takes null for an empty list or map", async () => {
        const { docker } = await engineThat((_request, response) => {
            response.end(JSON.stringify([{ Id: "1", Names: null, Labels: null, State: "created", Ports: null }]));
        });
        expect(await docker.containers.list([])).toMatchObject([{ Names: [], Labels: {}, Ports: [] }]);
    });
});

describe("watching events", () => {
    it("tells each opening and each loss, and hands on what comes between", async () => {
        const seen: string[] = [];
        let connections = 0;
        const { docker } = await engineThat((_request, response) => {
            connections += 1;
            response.writeHead(200);
            const event = { Type: "container", Action: "die", Actor: { ID: String(connections), Attributes: {} } };
            response.end(`not json\n${JSON.stringify(event)}\n`);
        });
        const stop = new AbortController();
        await docker.watch({
            signal: stop.signal,
            onOpen: () => seen.push("open"),
            onAway: () => seen.push("away"),
            onEvent: (event) => {
                seen.push(event.Actor.ID);
                if (event.Actor.ID === "2") {
                    stop.abort();
                }
            },
        });
        expect(seen).toEqual(["open", "1", "away", "open", "2"]);
    });

    it("tells only once that the engine is away", async () => {
        const seen: string[] = [];
        const stop = new AbortController();
        let refusals = 0;
        const { docker } = await engineThat((_request, response) => {
            refusals += 1;
            response.writeHead(500).end("{}");
            if (refusals === 3) {
                stop.abort();
            }
        });
        await docker.watch({
            signal: stop.signal,
            onOpen: () => seen.push("open"),
            onAway: () => seen.push("away"),
            onEvent: () => undefined,
        });
        expect(seen).toEqual(["away"]);
    });
});
