import { once } from "node:events";
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { Client, Server, type SFTPWrapper, utils } from "ssh2";

export interface SftpServer {
    /** A new connection to it, logged in. */
    connect(): Promise<Client>;
    /** How many chunks of files have arrived. */
    chunks(): number;
    /** From so many chunks on nothing is answered any more. */
    holdFrom(chunks: number): void;
    /** Ends the SFTP sessions, not the connections. */
    endSessions(): void;
    /** Cuts all connections. */
    cut(): void;
    close(): Promise<void>;
}

/** An SSH server of this process, which lets everybody in and takes files, but keeps none of them. */
export async function startSftpServer(): Promise<SftpServer> {
    const sockets = new Set<Socket>();
    const sessions = new Set<SFTPWrapper>();
    const clients = new Set<Client>();
    let [arrived, most] = [0, Number.POSITIVE_INFINITY];

    function serve(sftp: SFTPWrapper): void {
        sessions.add(sftp);
        const good = (id: number): void => {
            if (arrived < most) {
                sftp.status(id, 0);
            }
        };
        sftp.on("OPEN", (id: number) => sftp.handle(id, Buffer.from("handle")));
        sftp.on("WRITE", (id: number) => {
            arrived += 1;
            good(id);
        });
        for (const event of ["CLOSE", "FSETSTAT", "EXTENDED", "REMOVE", "MKDIR"]) {
            sftp.on(event, good);
        }
    }

    const { private: hostKey } = utils.generateKeyPairSync("ed25519");
    const ssh = new Server({ hostKeys: [hostKey] }, (connection) => {
        connection.on("authentication", (context) => context.accept());
        connection.on("error", () => undefined);
        connection.on("session", (accept) => accept().on("sftp", (take) => serve(take())));
    });
    const net = createServer((socket) => {
        sockets.add(socket);
        ssh.injectSocket(socket);
    }).listen(0, "127.0.0.1");
    await once(net, "listening");
    return {
        async connect() {
            const client = await logIn(net);
            clients.add(client);
            return client;
        },
        chunks: () => arrived,
        holdFrom: (chunks) => void (most = chunks),
        endSessions: () => sessions.forEach((sftp) => sftp.end()),
        cut: () => sockets.forEach((socket) => socket.destroy()),
        async close() {
            clients.forEach((client) => client.end());
            sockets.forEach((socket) => socket.destroy());
            net.close();
            await once(net, "close");
        },
    };
}

function logIn(net: NetServer): Promise<Client> {
    const address = net.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    return new Promise((resolve, reject) => {
        const client = new Client();
        client.once("ready", () => resolve(client));
        client.on("error", reject);
        client.connect({ host: "127.0.0.1", port, username: "anybody", hostVerifier: () => true });
    });
}
