import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { AppError } from "../../../../common/errors.ts";
import { openOn, openPort } from "./open-channel.ts";
import { promisesOf, type Sftp } from "./sftp.ts";
import { createTurns, type Turns } from "./turns.ts";

/** A connection to a machine that is made when it is needed, and made again after it broke. */
export interface SshLink {
    readonly host: string;
    /** Runs a program of the login shell; only constant texts may be given here. */
    exec(command: string): Promise<ClientChannel>;
    /** A channel to a Unix socket there. */
    openSocket(path: string): Promise<ClientChannel>;
    /** A channel to a TCP port as seen from there. An address that swallows the question takes as long as the signal lets it. */
    openPort(host: string, port: number, signal: AbortSignal): Promise<ClientChannel>;
    /** The connection's SFTP session: the same one until it ends. */
    sftp(): Promise<Sftp>;
    close(): void;
}

interface Connection {
    readonly client: Client;
    sftp: Promise<Sftp> | undefined;
}

/** An SSH server takes ten on one connection (`MaxSessions`), the one of SFTP among them. */
const mostSessions = 8;
/** Streams that never end, such as logs that are followed, would else leave none for a deployment. */
const mostConnections = 8;
/** With all of them busy something else is wrong. */
const turnSeconds = 300;

export function createLink(host: string, connect: () => Promise<Client>, connections = mostConnections): SshLink {
    const sessions = createTurns(mostSessions);
    const kept = keepConnection(connect);
    let next: SshLink | undefined;

    async function execInTurn(command: string): Promise<ClientChannel> {
        try {
            const { client } = await kept.get();
            const channel = await openOn<ClientChannel>(client, { host, make: (on, done) => on.exec(command, done) });
            endTurnWith(sessions, channel, client);
            return channel;
        } catch (error) {
            sessions.end();
            throw error;
        }
    }

    return {
        host,
        async exec(command) {
            const busy = !sessions.tryTake();
            if (busy && connections > 1) {
                next ??= createLink(host, connect, connections - 1);
                return next.exec(command);
            }
            await (busy ? takeTurn(sessions, host) : undefined);
            return execInTurn(command);
        },
        async openSocket(path) {
            const { client } = await kept.get();
            return openOn(client, { host, make: (on, done) => on.openssh_forwardOutStreamLocal(path, done) });
        },
        openPort: async (toHost, port, signal) => openPort((await kept.get()).client, { toHost, port, host, signal }),
        async sftp() {
            const connection = await kept.get();
            connection.sftp ??= openSftp(connection, host);
            return connection.sftp;
        },
        close() {
            next?.close();
            kept.end();
        },
    };
}

/** A connection may have broken without a word: then the call fails, and the next one connects anew. */
function keepConnection(connect: () => Promise<Client>) {
    let current: Promise<Connection> | undefined;

    function begin(): Promise<Connection> {
        const made = connect().then((client) => {
            client.once("close", forget);
            return { client, sftp: undefined };
        });
        const forget = (): void => {
            if (current === made) {
                current = undefined;
            }
        };
        made.catch(forget);
        return made;
    }

    return {
        get(): Promise<Connection> {
            current ??= begin();
            return current;
        },
        end() {
            const ended = current;
            current = undefined;
            // What could not be opened needs no end.
            ended?.then(({ client }) => client.end()).catch(() => undefined);
        },
    };
}

function openSftp(connection: Connection, host: string): Promise<Sftp> {
    const { client } = connection;
    const forget = (): void => {
        if (connection.sftp === opened) {
            connection.sftp = undefined;
        }
    };
    const opened = openOn<SFTPWrapper>(client, { host, make: (on, done) => on.sftp(done) }).then((session) => {
        const onOver = (): void => {
            forget();
            session.end();
        };
        return promisesOf(session, { onOver });
    });
    opened.catch(forget);
    return opened;
}

/** A channel whose output nobody reads to its end never closes, not even with its connection. */
function endTurnWith(sessions: Turns, channel: ClientChannel, client: Client): void {
    const end = (): void => {
        channel.off("close", end);
        client.off("close", end);
        sessions.end();
    };
    channel.once("close", end);
    client.once("close", end);
}

async function takeTurn(sessions: Turns, host: string): Promise<void> {
    if (!(await sessions.take(turnSeconds))) {
        throw new AppError("unavailable", `host: too much is done on ${host} at once; try again later`, {
            details: { errorCode: "remote_unavailable", started: false },
        });
    }
}
