import type { Socket } from "socket.io";

/** What a connection may leave untaken: messages, and their characters. */
const greatest = { messages: 5000, length: 8_000_000 };
const leftOut = "\r\n[left out: this connection is too slow]\r\n";

/** Watches what waits to be sent; answers whether it is too much. */
export function watchBacklog(connection: Socket["conn"]): () => boolean {
    let messages = 0;
    let length = 0;
    connection.on("packetCreate", ({ data }: { readonly data?: unknown }) => {
        messages += 1;
        length += typeof data === "string" ? data.length : 0;
    });
    // From here on the messages are the transport's, which takes no more until it has sent them.
    connection.on("flush", () => {
        messages = 0;
        length = 0;
    });
    return () => messages > greatest.messages || length > greatest.length;
}

/** Sends terminals' output, but none that a client which does not read would pile up: a line tells of it later. */
export function boundOutput(
    isBehind: () => boolean,
    send: (terminal: string, text: string) => void,
): (terminal: string, text: string) => void {
    const cut = new Set<string>();
    return (terminal, text) => {
        if (isBehind()) {
            cut.add(terminal);
            return;
        }
        send(terminal, cut.delete(terminal) ? leftOut + text : text);
    };
}
