import { allEndpoints } from "../../../common/socket/host-events.ts";
import type { Refusal } from "../../../common/socket/event.ts";
import { AppError, errorCode, errorMessage } from "../../../common/errors.ts";
import { includesRight, type Right } from "../../../common/right.ts";
import type { Caller } from "../core/caller.ts";
import { addressKey } from "../core/client-address.ts";
import type { Log } from "../core/log.ts";
import type { RateLimit } from "../core/rate-limit.ts";
import type { Agents } from "../services/agents/agents.ts";
import { agentContext, type DirectContext, type HostContext } from "./context.ts";
import { Verbatim, type BoundEvent } from "./event-table.ts";
import type { Session } from "./session.ts";

export interface DispatchPorts {
    readonly direct: ReadonlyMap<string, BoundEvent<DirectContext>>;
    readonly agent: ReadonlyMap<string, BoundEvent<HostContext>>;
    /** Other servers, by their endpoints. */
    readonly agents: Pick<Agents, "call" | "callAll">;
    /** Calls per session, and per address while nobody is logged in. */
    readonly calls: RateLimit;
    readonly log: Log;
}

type Ack = (answer: object) => void;

/** Serves one event and always answers, whatever happens. Never throws. */
export async function dispatch(
    ports: DispatchPorts,
    session: Session,
    event: string,
    parameters: readonly unknown[],
): Promise<void> {
    const { args, ack } = takeAck(parameters);
    const afterAnswer: (() => void)[] = [];
    try {
        const result = await serve(ports, session, event, args, (callback) => void afterAnswer.push(callback));
        ack(result instanceof Verbatim ? result.answer : { ok: true, ...result });
        afterAnswer.forEach((callback) => callback());
    } catch (error) {
        if (errorCode(error) === "internal") {
            ports.log.error({ err: error, event }, "a socket event failed");
        }
        ack(refusal(error));
    }
}

/** What a caller is told of anything thrown. */
function refusal(error: unknown): Refusal {
    const told = { ok: false, msg: errorMessage(error), msgi18n: true, code: errorCode(error) } as const;
    const details = error instanceof AppError ? error.details : undefined;
    return isCoded(details) ? { ...told, details } : told;
}

function isCoded(details: unknown): details is { readonly errorCode: unknown } {
    return typeof details === "object" && details !== null && "errorCode" in details;
}

async function serve(
    ports: DispatchPorts,
    session: Session,
    event: string,
    args: readonly unknown[],
    afterAnswer: DirectContext["afterAnswer"],
): Promise<object> {
    await checkRate(ports.calls, session);
    if (event === "agent") {
        return serveAgent(ports, session, args);
    }
    const found = ports.direct.get(event);
    const caller = session.caller();
    if (found === undefined) {
        throw unknownEvent(event);
    }
    if (found.right !== "public") {
        checkRight(caller, found.right);
    }
    return found.call(args, { session, caller, afterAnswer });
}

/**
 * An event for this server, for one behind it, or for all. Rights are checked by the event's own row before it goes
 * anywhere: another server knows this one's login only. What this server does not know may be an admin's.
 */
async function serveAgent(ports: DispatchPorts, session: Session, args: readonly unknown[]): Promise<object> {
    const [endpoint, event, ...rest] = args;
    const caller = session.caller();
    if (caller === undefined) {
        throw notLoggedIn();
    }
    if (typeof endpoint !== "string" || typeof event !== "string") {
        throw new AppError("invalid", "agent: give an endpoint and an event's name");
    }
    const found = ports.agent.get(event);
    const right = found?.right ?? "admin";
    if (right !== "public") {
        checkRight(caller, right);
    }
    if (![session.endpoint, "", allEndpoints].includes(endpoint)) {
        return new Verbatim(await ports.agents.call(session.id, endpoint, event, rest));
    }
    if (endpoint === allEndpoints) {
        ports.agents.callAll(session.id, event, rest);
    }
    if (found === undefined) {
        throw unknownEvent(event);
    }
    return found.call(rest, agentContext(session, caller));
}

function checkRight(caller: Caller | undefined, right: Right): void {
    if (caller === undefined) {
        throw notLoggedIn();
    }
    if (!includesRight(caller.rights, right)) {
        throw new AppError("forbidden", `You lack the right "${right}"; ask an admin for it`);
    }
}

async function checkRate(calls: RateLimit, session: Session): Promise<void> {
    const key = session.caller() === undefined ? addressKey(session.address) : session.id;
    if (!(await calls.take(key))) {
        throw new AppError("rate_limited", "Too frequently, try again later.");
    }
}

function notLoggedIn(): AppError {
    return new AppError("unauthorized", "You are not logged in.");
}

function unknownEvent(event: string): AppError {
    return new AppError("not_found", `Unknown event: ${event.slice(0, 100)}`);
}

/** The client's callback is the last parameter, if it gave one. */
function takeAck(parameters: readonly unknown[]): { readonly args: readonly unknown[]; readonly ack: Ack } {
    const last = parameters.at(-1);
    return isAck(last) ? { args: parameters.slice(0, -1), ack: last } : { args: parameters, ack: () => undefined };
}

function isAck(parameter: unknown): parameter is Ack {
    return typeof parameter === "function";
}
