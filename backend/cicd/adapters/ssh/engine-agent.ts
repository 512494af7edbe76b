import { Agent } from "node:http";
import { type Duplex, PassThrough } from "node:stream";
import type { ClientChannel } from "ssh2";
import { asSocket } from "./channel-socket.ts";
import { asError } from "./failures.ts";
import type { SshLink } from "./link.ts";

const socketPath = "/var/run/docker.sock";
/** Also where the login's own PATH lacks it. The quotes mean the same to every login shell. */
const dialStdio = "sh -c 'PATH=$PATH:/usr/local/bin:/usr/bin:/bin; exec docker system dial-stdio'";

/**
 * Connections to a machine's engine, one for each call: straight to its socket where the SSH server lets us, else
 * through the docker program there, which also knows of other places and may be run with sudo.
 */
export function createEngineAgent({ link, sudo }: { readonly link: SshLink; readonly sudo: boolean }): Agent {
    let direct = !sudo;

    async function open(): Promise<ClientChannel> {
        if (direct) {
            try {
                return await link.openSocket(socketPath);
            } catch (error) {
                if (!isRefusal(error)) {
                    throw error;
                }
                direct = false;
            }
        }
        return link.exec(sudo ? `sudo -n ${dialStdio}` : dialStdio);
    }

    class EngineAgent extends Agent {
        override createConnection(
            _options: object,
            callback?: (error: Error | null, stream: Duplex) => void,
        ): Duplex | null | undefined {
            open().then(
                (channel) => callback?.(null, asSocket(channel)),
                (error: unknown) => callback?.(asError(error), noSocket()),
            );
            return undefined;
        }
    }
    return new EngineAgent({ keepAlive: false });
}

/** Beside an error nobody looks at it, but the types ask for it. */
function noSocket(): Duplex {
    return new PassThrough().destroy();
}

/** The server may forbid the forwarding of sockets, or there is none at the usual place. */
function isRefusal(error: unknown): boolean {
    return /open failed|Channel open failure|OpenSSH/i.test(String(error));
}
