import { connect } from "node:net";
import { AppError } from "../../../../common/errors.ts";
import type { ResolvedHost } from "./address-guard.ts";
import type { SshDestination } from "./ssh-config.ts";

const tryMilliseconds = 5000;
/** Who is logged in where an address names nobody: what all forges use. */
const defaultUser = "git";

/** The one address of a server to connect to: the first that answers, because ssh is told only one. */
export async function chooseDestination(resolved: ResolvedHost, signal: AbortSignal): Promise<SshDestination> {
    const { host, port, username, addresses } = resolved;
    const [first] = addresses;
    const address = addresses.length < 2 ? first : await firstThatAnswers(addresses, port, signal);
    if (address === undefined) {
        throw new AppError("unavailable", `url: ${host} does not answer on port ${port}; check address and port`, {
            details: { errorCode: "remote_unavailable" },
        });
    }
    return { host, port, user: username === "" ? defaultUser : username, address };
}

async function firstThatAnswers(
    addresses: readonly string[],
    port: number,
    signal: AbortSignal,
): Promise<string | undefined> {
    for (const address of addresses) {
        signal.throwIfAborted();
        if (await answers(address, port)) {
            return address;
        }
    }
    return undefined;
}

async function answers(host: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host, port, timeout: tryMilliseconds });
        const end = (answer: boolean): void => {
            socket.destroy();
            resolve(answer);
        };
        socket.once("connect", () => end(true));
        socket.once("timeout", () => end(false));
        socket.once("error", () => end(false));
    });
}
