import { request } from "node:http";
import type { ClientChannel } from "ssh2";
import { z } from "zod";
import type { HttpProbe } from "../../core/http-probe.ts";
import { asSocket } from "./channel-socket.ts";
import { isConnectionLoss } from "./failures.ts";
import type { SshLink } from "./link.ts";
import { askByProgram, type Question, userAgent } from "./probe-program.ts";

/** Of a refused channel, by RFC 4254: the server would have opened it, but the address does not answer. */
const connectFailed = 2;

/**
 * Asks http addresses as a machine sees them: through a TCP channel of the connection; where its SSH server forbids
 * those, through curl or wget there. Throws AppError `unavailable` (`not_supported`) where neither is possible, and
 * what `RemoteMachine` throws but for a lost connection, which is no answer.
 */
export function createRemoteProbe({ link }: { readonly link: SshLink }): HttpProbe {
    let forwards = true;
    return {
        async status(url, timeoutSeconds, signal) {
            const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
            // Connecting may take longer than the question has time.
            return Promise.race([ask({ url, timeoutSeconds, signal: limit }), aborted(limit)]);
        },
    };

    async function ask(question: Question): Promise<number | undefined> {
        if (forwards) {
            const answer = await askByChannel(link, question);
            if (answer !== "forbidden") {
                return answer;
            }
            forwards = false;
        }
        return unlessLost(question.signal, () => askByProgram(link, question));
    }
}

function aborted(signal: AbortSignal): Promise<undefined> {
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true }));
}

async function askByChannel(link: SshLink, question: Question): Promise<number | undefined | "forbidden"> {
    const { signal } = question;
    const url = new URL(question.url);
    try {
        return await unlessLost(signal, async () => {
            const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
            const channel = await link.openPort(host, Number(url.port || 80), signal);
            return askOver(channel, url, signal);
        });
    } catch (error) {
        const refusal = Refusal.safeParse(error).data;
        if (refusal === undefined) {
            throw error;
        }
        return refusal.reason === connectFailed ? undefined : "forbidden";
    }
}

const Refusal = z.object({ reason: z.number() });

/** The time being up and a broken connection mean "not answering yet". */
async function unlessLost<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | undefined> {
    try {
        return await ask();
    } catch (error) {
        if (signal.aborted || isConnectionLoss(error)) {
            return undefined;
        }
        throw error;
    }
}

function askOver(channel: ClientChannel, url: URL, signal: AbortSignal): Promise<number | undefined> {
    return new Promise((resolve) => {
        const asked = request(url, {
            createConnection: () => asSocket(channel),
            headers: { accept: "*/*", "user-agent": userAgent },
            signal,
        });
        const answer = (status: number | undefined): void => {
            resolve(status);
            channel.destroy();
        };
        asked.once("response", ({ statusCode }) => answer(statusCode));
        // Reset, not HTTP, too slow: all of them mean "not answering yet".
        asked.on("error", () => answer(undefined));
        asked.once("close", () => answer(undefined));
        asked.end();
    });
}
