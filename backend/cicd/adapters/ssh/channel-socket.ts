import type { Duplex } from "node:stream";
import type { ClientChannel } from "ssh2";

/** What the HTTP client asks of a socket beside what a stream has. */
export function asSocket(channel: ClientChannel): Duplex {
    const itself = (): ClientChannel => channel;
    return Object.assign(channel, {
        setKeepAlive: itself,
        setNoDelay: itself,
        setTimeout: itself,
        ref: itself,
        unref: itself,
        destroySoon: () => channel.destroy(),
    });
}
