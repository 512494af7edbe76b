import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { asError, connectionLost } from "./failures.ts";
import { createTurns } from "./turns.ts";

/** A connection to a machine that is made when it is needed, and made again after it broke. */
export interface SshLink {
    readonly host: string;
    /** Runs a program of the login shell; only constant texts may be given here. */
    exec(command: string): Promise<ClientChannel>;
    /** A channel to a Unix socket there. */
    openSocket(path: string): Promise<ClientChannel>;
    /** A channel to a TCP port as seen from there. An address that swallows the question takes as long as the signal lets it. */
    openPort(host: string, port: number, signal: AbortSignal): Promise<ClientChannel>;
    sftp(): Promise<SFTPWrapper>;
    close(): void;
}

interface Connection {
    readonly client: Client;
    sftp: Promise<SFTPWrapper> | undefined;
}

/** How long the other side may take to open a channel. */
const channelMilliseconds = 20_000;

/** An SSH server takes ten on one connection (`MaxSessions`), the one of SFTP among them. */
const mostSessions = 8;
/** Streams that never end, such as logs that are followed, would else leave none for a deployment. */
const mostConnections = 8;

export function createLink(host: string, connect: () => Promise<Client>, connections = mostConnections): SshLink {
    const sessions = createTurns(mostSessions);
    let next: SshLink | undefined;
    let current: Promise<Connection> | undefined;

    function connection(): Promise<Connection> {
        if (current !== undefined) {
            return current;
        }
        const made = connect().then((client) => {
            client.once("close", forget);
            return { client, sftp: undefined };
        });
        const forget = (): void => {
            if (current === made) {
                current = undefined;
            }
        };
        current = made;
        made.catch(forget);
        return made;
    }

    /** A connection may have broken without a word: then the call fails, and the next one connects anew. */
    async function open<T>(make: MakeChannel<T>): Promise<T> {
        return openOn((await connection()).client, { host, make });
    }

    return {
        host,
        async exec(command) {
            const busy = !sessions.tryTake();
            if (busy && connections > 1) {
                next ??= createLink(host, connect, connections - 1);
                return next.exec(command);
            }
            await (busy ? sessions.take() : undefined);
            try {
                const channel = await open<ClientChannel>((client, done) => client.exec(command, done));
                channel.once("close", sessions.end);
                return channel;
            } catch (error) {
                sessions.end();
                throw error;
            }
        },
        openSocket: (path) => open((client, done) => client.openssh_forwardOutStreamLocal(path, done)),
        openPort: async (toHost, port, signal) => openPort((await connection()).client, { toHost, port, host, signal }),
        async sftp() {
            const made = await connection();
            made.sftp ??= open<SFTPWrapper>((client, done) => client.sftp(done)).then((session) =>
                session.once("close", () => (made.sftp = undefined)),
            );
            made.sftp.catch(() => (made.sftp = undefined));
            return made.sftp;
        },
        close() {
            next?.close();
            const ended = current;
            current = undefined;
            // What could not be opened needs no end.
            ended?.then(({ client }) => client.end()).catch(() => undefined);
        },
    };
}

type MakeChannel<T> = (client: Client, done: (error: Error | undefined, value: T) => void) => void;

function openOn<T>(
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

/** Unlike with other channels, no answer says nothing of the connection: the other side may still be trying. */
function openPort(
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
