import type { Client, ClientChannel } from "ssh2";
import { asError, connectionLost } from "./failures.ts";

/** How long the other side may take to open a channel: on a slow line the question stands behind much data. */
const channelMilliseconds = 60_000;

type MakeChannel<T> = (client: Client, done: (error: Error | undefined, value: T) => void) => void;

/** Opens what `make` asks for; a connection on which that takes too long is ended. Throws AppError `unavailable`. */
export function openOn<T>(
    client: Client,
    { host, make }: { readonly host: string; readonly make: MakeChannel<T> },
): Promise<T> {
    return new Promise<T>((resolve, reject) => {
        const lost = (): void => reject(connectionLost(host));
        const timer = setTimeout(() => {
            client.destroy();
            lost();
        }, channelMilliseconds);
        client.once("close", lost);
        const settle = (): void => {
            clearTimeout(timer);
            client.off("close", lost);
        };
        try {
            make(client, (error, value) => {
                settle();
                if (error === undefined) {
                    resolve(value);
                    return;
                }
                reject(error);
            });
        } catch (error) {
            settle();
            reject(/not connected/i.test(String(error)) ? connectionLost(host, error) : asError(error));
        }
    });
}

/** Opens a channel to a TCP port. Unlike with other channels, no answer says nothing of the connection: the other side may still be trying. */
export function openPort(
    client: Client,
    to: { readonly toHost: string; readonly port: number; readonly host: string; readonly signal: AbortSignal },
): Promise<ClientChannel> {
    to.signal.throwIfAborted();
    return new Promise<ClientChannel>((resolve, reject) => {
        const lost = (): void => reject(connectionLost(to.host));
        const onAbort = (): void => reject(asError(to.signal.reason));
        client.once("close", lost);
        to.signal.addEventListener("abort", onAbort);
        const settle = (): void => {
            client.off("close", lost);
            to.signal.removeEventListener("abort", onAbort);
        };
        const opened = (error: Error | undefined, channel: ClientChannel): void => {
            settle();
            if (error !== undefined) {
                reject(error);
                return;
            }
            if (to.signal.aborted) {
                channel.destroy();
                return;
            }
            resolve(channel);
        };
        try {
            client.forwardOut("127.0.0.1", 0, to.toHost, to.port, opened);
        } catch (error) {
            settle();
            reject(/not connected/i.test(String(error)) ? connectionLost(to.host, error) : asError(error));
        }
    });
}
