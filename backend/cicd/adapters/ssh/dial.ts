import { connect, type Socket } from "node:net";
import { z } from "zod";
import { unreachable } from "./failures.ts";

const patienceMilliseconds = 10_000;

/** A TCP connection to the first address that answers. Throws AppError `unavailable`. */
export async function dial(host: string, addresses: readonly string[], port: number): Promise<Socket> {
    let why = "";
    for (const address of addresses) {
        const answer = await tryOne(address, port);
        if (typeof answer !== "string") {
            return answer;
        }
        why = answer;
    }
    throw unreachable(host, port, why);
}

/** A connection, or why there is none. */
function tryOne(address: string, port: number): Promise<Socket | string> {
    return new Promise((resolve) => {
        const socket = connect({ host: address, port, noDelay: true });
        const timer = setTimeout(() => fail("no answer"), patienceMilliseconds);
        const fail = (why: string): void => {
            clearTimeout(timer);
            socket.destroy();
            resolve(why);
        };
        const onError = (error: Error): void => fail(z.object({ code: z.string() }).safeParse(error).data?.code ?? "");
        socket.once("error", onError);
        socket.once("connect", () => {
            clearTimeout(timer);
            socket.off("error", onError);
            resolve(socket);
        });
    });
}
