import { Client, type ConnectConfig } from "ssh2";
import type { DeployTargetRecord } from "../../core/deploy-target.ts";
import { checkedAddresses } from "./checked-addresses.ts";
import { dial } from "./dial.ts";
import { asError, hostKeyChanged, loginFailure } from "./failures.ts";
import { hostKeyText, readablePrivateKey } from "./private-key.ts";
import { cutWhenSilent } from "./silence.ts";

export interface ConnectOptions {
    /** Told of the host's key where none is pinned, before anybody is logged in. */
    readonly onHostKey: (hostKey: string) => Promise<void>;
    /** How often a connection is asked whether it lives; after four such times without a word from there it is over. */
    readonly keepaliveSeconds: number;
}

const readyMilliseconds = 20_000;

/** Logs in. Throws AppError, in words for people. */
export async function connect(target: DeployTargetRecord, options: ConnectOptions): Promise<Client> {
    const addresses = await checkedAddresses(target);
    const sock = await dial(target.host, addresses, target.port);
    const verifier = createVerifier(target, options.onHostKey);
    try {
        const client = await ready({
            sock,
            username: target.username,
            ...readablePrivateKey(target),
            hostVerifier: verifier.verify,
            ...(target.hostKey !== undefined && { algorithms: { serverHostKey: algorithmsOf(target.hostKey) } }),
            keepaliveInterval: options.keepaliveSeconds * 1000,
            // Only to be asked: the library counts answers, which on a slow line come late, and stops with our side's end.
            keepaliveCountMax: Number.POSITIVE_INFINITY,
            readyTimeout: readyMilliseconds,
        });
        cutWhenSilent(sock, options.keepaliveSeconds);
        return client;
    } catch (error) {
        sock.destroy();
        throw verifier.failure() ?? keyKindGone(target, error) ?? loginFailure(error, target);
    }
}

/** The key that a host shows; the connection is ended before anybody is logged in. */
export async function readHostKey(target: DeployTargetRecord): Promise<string> {
    const sock = await dial(target.host, await checkedAddresses(target), target.port);
    let shown: string | undefined;
    const hostVerifier = (key: Buffer): boolean => {
        shown = hostKeyText(key);
        return false;
    };
    try {
        await ready({ sock, username: target.username, hostVerifier, readyTimeout: readyMilliseconds });
    } catch (error) {
        if (shown === undefined) {
            throw loginFailure(error, target);
        }
    } finally {
        sock.destroy();
    }
    return shown ?? "";
}

function ready(config: ConnectConfig): Promise<Client> {
    return new Promise((resolve, reject) => {
        const client = new Client();
        client.once("ready", () => resolve(client));
        // Stays for the client's whole life: an error without a listener would end the program.
        client.on("error", reject);
        client.once("close", () => reject(new Error("the connection was closed")));
        client.connect(config);
    });
}

function createVerifier({ host, hostKey: pinned }: DeployTargetRecord, onHostKey: ConnectOptions["onHostKey"]) {
    let failure: Error | undefined;
    return {
        failure: () => failure,
        verify(key: Buffer, verified: (good: boolean) => void): void {
            const offered = hostKeyText(key);
            if (pinned === undefined) {
                onHostKey(offered).then(
                    () => verified(true),
                    (error: unknown) => {
                        failure = asError(error);
                        verified(false);
                    },
                );
                return;
            }
            if (pinned !== offered) {
                failure = hostKeyChanged(host, pinned, offered);
            }
            verified(pinned === offered);
        },
    };
}

/** Where the pinned kind of key is no longer offered, the key has changed. */
function keyKindGone({ host, hostKey }: DeployTargetRecord, error: unknown): Error | undefined {
    const gone = /no matching host key/i.test(String(error));
    return gone && hostKey !== undefined ? hostKeyChanged(host, hostKey, undefined) : undefined;
}

type HostKeyAlgorithms = NonNullable<NonNullable<ConnectConfig["algorithms"]>["serverHostKey"]>;

/** A host may have several keys: only the pinned kind is asked for. */
function algorithmsOf(hostKey: string): HostKeyAlgorithms {
    const type = hostKey.split(" ")[0] ?? "";
    const known = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"] as const;
    const same = known.find((name) => name === type);
    return same === undefined ? ["rsa-sha2-512", "rsa-sha2-256"] : [same];
}
