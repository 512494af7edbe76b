import type { Socket } from "socket.io";
import { addressKey } from "../core/client-address.ts";

/** A connection below Socket.IO's own protocol, whose first message may never come. */
type Connection = Socket["conn"];

/** Connections on which nobody has logged in. */
export interface Strangers {
    /** Bounds a new connection from an address for as long as nobody is logged in on it. */
    watch(connection: Connection, address: string): void;
}

/** Logins are short; this is enough for a person who mistypes the password for days. */
const greatestLength = 1_000_000;
const greatestCount = 200;

/** `isKnown` tells whether somebody is logged in on a connection. */
export function createStrangers(isKnown: (connection: Connection) => boolean): Strangers {
    const connections = new Map<Connection, string>();

    /** The oldest goes: those who come to log in do so at once, whoever else fills up the places. */
    function makeRoom(address: string): void {
        const strangers = [...connections].filter(([one, from]) => from === address && !isKnown(one));
        strangers.slice(0, -greatestCount).forEach(([connection]) => connection.close(true));
    }

    return {
        watch(connection, address) {
            const from = addressKey(address);
            connections.set(connection, from);
            connection.once("close", () => connections.delete(connection));
            let length = 0;
            connection.on("packet", ({ data }: { readonly data?: unknown }) => {
                length += isKnown(connection) ? 0 : lengthOf(data);
                if (length > greatestLength) {
                    // What came too much is not read.
                    connection.removeAllListeners("data");
                    connection.close(true);
                }
            });
            makeRoom(from);
        },
    };
}

function lengthOf(data: unknown): number {
    if (typeof data === "string") {
        return data.length;
    }
    return data instanceof Uint8Array ? data.byteLength : 0;
}
