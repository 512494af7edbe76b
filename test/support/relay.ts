import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A line to a TCP server that can die without a word, at a moment that no luck decides. */
export interface Relay {
    /** On the loopback address. */
    readonly port: number;
    /** From now on nothing passes, which nobody is told; who connects anew is turned away. */
    cut(): void;
    /** Cuts after so many more bytes on their way there. */
    cutAfter(bytes: number): void;
    /** Lets new connections through; those of before the cut stay dead. */
    mend(): void;
    close(): Promise<void>;
}

/** Starts a line to a server. */
export async function startRelay(to: { readonly host: string; readonly port: number }): Promise<Relay> {
    const sockets = new Set<Socket>();
    let isCut = false;
    let cuts = 0;
    let left = Number.POSITIVE_INFINITY;

    function cut(): void {
        isCut = true;
        cuts += 1;
        left = Number.POSITIVE_INFINITY;
        sockets.forEach((socket) => socket.pause());
    }

    function keep(socket: Socket): Socket {
        sockets.add(socket.setNoDelay());
        socket.on("error", () => undefined);
        socket.once("close", () => sockets.delete(socket));
        return socket;
    }

    function join(near: Socket, far: Socket): void {
        const born = cuts;
        const isDead = (): boolean => cuts !== born;
        const pass = (from: Socket, into: Socket): void => {
            into.on("drain", () => {
                if (!isDead()) {
                    from.resume();
                }
            });
            from.on("data", (bytes: Buffer) => {
                if (!isDead() && !into.write(bytes)) {
                    from.pause();
                }
            });
            from.once("close", () => {
                if (!isDead()) {
                    into.destroySoon();
                }
            });
        };
        near.on("data", (bytes: Buffer) => {
            left -= bytes.length;
            if (left <= 0) {
                cut();
            }
        });
        pass(near, far);
        pass(far, near);
    }

    const server = createServer((near) => {
        if (isCut) {
            near.destroy();
            return;
        }
        join(keep(near), keep(connect(to)));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return {
        port: typeof address === "object" && address !== null ? address.port : 0,
        cut,
        cutAfter: (bytes) => void (left = bytes),
        mend: () => void (isCut = false),
        async close() {
            const closed = once(server, "close");
            server.close();
            sockets.forEach((socket) => socket.destroy());
            await closed;
        },
    };
}
