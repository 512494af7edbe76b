import { io } from "socket.io-client";
import { z } from "zod";
import type { TestServer } from "../../test/support/server.ts";

const Stacks = z.record(z.string(), z.looseObject({ status: z.number() }));
const Push = z.looseObject({ stackList: Stacks.optional(), changed: Stacks.optional() });
const Answer = z.looseObject({ ok: z.boolean() });

/** One push that changed or repeated the list of stacks. */
export interface ListPush {
    readonly event: string;
    /** In milliseconds since 1970. */
    readonly at: number;
    /** Of its JSON text. */
    readonly bytes: number;
    /** Stack → status, of those that it tells of. */
    readonly statuses: ReadonlyMap<string, number>;
}

export interface StackListClient {
    /** All since the login. */
    pushes(): readonly ListPush[];
    /** The first push since a number of pushes that fits. Throws where none comes in time. */
    next(from: number, fits: (push: ListPush) => boolean): Promise<ListPush>;
    /** An event for this server, as the page sends it. */
    call(event: string, ...args: readonly unknown[]): Promise<void>;
    close(): void;
}

const patienceMs = 15_000;

/** A logged-in connection that has got its first list; `takesChanges` as our page does, or as one of stock Dockge. */
export async function connectListClient(
    { url, token }: Pick<TestServer, "url" | "token">,
    takesChanges: boolean,
): Promise<StackListClient> {
    const auth = takesChanges ? { stackListChanges: true } : {};
    const socket = io(url, { transports: ["websocket"], forceNew: true, reconnection: false, auth });
    const pushes: ListPush[] = [];
    const listeners = new Set<(push: ListPush) => void>();
    socket.on("agent", (event: string, payload: unknown) => {
        if (event === "stackList" || event === "stackListChange") {
            const push = readPush(event, payload);
            pushes.push(push);
            listeners.forEach((listener) => listener(push));
        }
    });

    async function next(from: number, fits: (push: ListPush) => boolean): Promise<ListPush> {
        const known = pushes.slice(from).find(fits);
        return (
            known ??
            new Promise((resolve, reject) => {
                const end = (): void => {
                    clearTimeout(timer);
                    listeners.delete(listen);
                };
                const listen = (push: ListPush): void => {
                    if (fits(push)) {
                        end();
                        resolve(push);
                    }
                };
                const timer = setTimeout(() => {
                    end();
                    reject(new Error(`No push came within ${String(patienceMs)} ms`));
                }, patienceMs);
                listeners.add(listen);
            })
        );
    }

    await new Promise<void>((resolve, reject) => {
        socket.once("connect", resolve);
        socket.once("connect_error", reject);
    });
    const answer = Answer.parse(await socket.timeout(patienceMs).emitWithAck("loginByToken", token));
    if (!answer.ok) {
        throw new Error(`Login failed: ${JSON.stringify(answer)}`);
    }
    await next(0, ({ event }) => event === "stackList");
    return {
        pushes: () => pushes,
        next,
        async call(event, ...args) {
            Answer.parse(await socket.timeout(patienceMs).emitWithAck("agent", "", event, ...args));
        },
        close: () => socket.disconnect(),
    };
}

function readPush(event: string, payload: unknown): ListPush {
    const at = Date.now();
    const { stackList, changed } = Push.parse(payload);
    const bytes = Buffer.byteLength(JSON.stringify(["agent", event, payload]));
    const statuses = new Map(Object.entries(stackList ?? changed ?? {}).map(([name, { status }]) => [name, status]));
    return { event, at, bytes, statuses };
}
