import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A way to the real engine that can be taken away, as if the engine had stopped. */
export interface EngineProxy {
    /** For DOCKER_HOST. */
    readonly address: string;
    takeAway(): Promise<void>;
    bringBack(): Promise<void>;
    close(): Promise<void>;
}

/** Stands in front of the engine that DOCKER_HOST names (a unix socket): a socket, or a port, as of an engine elsewhere. */
export async function startEngineProxy(port?: number): Promise<EngineProxy> {
    const engine = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
    const directory = await mkdtemp(join(tmpdir(), "cicd-engine-"));
    const path = join(directory, "docker.sock");
    const sockets = new Set<Socket>();
    let server: Server | undefined;

    function keep(socket: Socket): Socket {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
        // A connection that is cut is what this is for.
        socket.on("error", () => undefined);
        return socket;
    }

    async function bringBack(): Promise<void> {
        server = createServer({ allowHalfOpen: true }, (client) => {
            const upstream = keep(connect({ path: engine, allowHalfOpen: true }));
            keep(client).pipe(upstream).pipe(client);
        }).listen(port === undefined ? { path } : { port, host: "127.0.0.1" });
        await once(server, "listening");
    }

    async function takeAway(): Promise<void> {
        const closed = server === undefined ? undefined : once(server, "close");
        server?.close();
        sockets.forEach((socket) => socket.destroy());
        await closed;
        server = undefined;
    }

    await bringBack();
    return {
        address: port === undefined ? `unix://${path}` : `tcp://127.0.0.1:${port}`,
        takeAway,
        bringBack,
        async close() {
            await takeAway();
            await rm(directory, { recursive: true, force: true });
        },
    };
}
