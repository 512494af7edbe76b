import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** A server on a free port that takes connections and never answers. */
export async function startSilentServer() {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
        sockets.add(socket);
        // Who gives up cuts the connection.
        socket.on("error", () => undefined);
    }).listen(0, "127.0.0.1");
    const asked = once(server, "connection");
    await once(server, "listening");
    const address = server.address();
    return {
        port: typeof address === "object" && address !== null ? address.port : 0,
        /** Resolves with the first connection. */
        asked,
        async close(): Promise<void> {
            sockets.forEach((socket) => socket.destroy());
            server.close();
            await once(server, "close");
        },
    };
}
