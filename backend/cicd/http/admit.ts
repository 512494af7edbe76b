import type { Request } from "express";
import { AppError } from "../../../common/errors.ts";
import { includesRight } from "../../../common/right.ts";
import type { Caller, Host } from "../core/host.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { Route } from "./route.ts";

export interface AdmitPorts {
    readonly authenticate: Host["authenticate"];
    /** For callers who are known. */
    readonly callerLimit: RateLimit;
    /** For everybody else, by address. */
    readonly addressLimit: RateLimit;
}

/** Who calls a route: authenticated, with the right that it needs, and within the rate limit; undefined on public routes. */
export async function admit(ports: AdmitPorts, right: Route["right"], request: Request): Promise<Caller | undefined> {
    if (right === "public") {
        await ports.addressLimit(addressOf(request));
        return undefined;
    }
    const caller = await authenticate(ports, request);
    if (!includesRight(caller.rights, right)) {
        throw new AppError("forbidden", `This needs the right "${right}"; ask an admin for it, or use another token.`);
    }
    await ports.callerLimit(`${caller.via}:${caller.username}`);
    return caller;
}

/** Whether who was admitted would be again. Their token may have been revoked meanwhile, or its login be over. */
export async function isStillAdmitted(
    ports: Pick<AdmitPorts, "authenticate">,
    right: Route["right"],
    request: Request,
): Promise<boolean> {
    if (right === "public") {
        return true;
    }
    const caller = await findCaller(ports, request);
    return caller !== undefined && includesRight(caller.rights, right);
}

/** The address that a request came from. */
export function addressOf(request: Request): string {
    return request.ip ?? request.socket.remoteAddress ?? "unknown";
}

async function authenticate(ports: AdmitPorts, request: Request): Promise<Caller> {
    const caller = await findCaller(ports, request);
    if (caller !== undefined) {
        return caller;
    }
    await ports.addressLimit(addressOf(request));
    throw new AppError(
        "unauthorized",
        bearerOf(request) === undefined
            ? 'Authorization: is missing; send "Bearer <token>" with an API token or the token of a login'
            : "Authorization: the token is unknown, expired or revoked; log in again, or use another token",
    );
}

async function findCaller({ authenticate }: Pick<AdmitPorts, "authenticate">, request: Request) {
    const bearer = bearerOf(request);
    return bearer === undefined ? undefined : authenticate(bearer);
}

function bearerOf(request: Request): string | undefined {
    return /^Bearer +(\S+) *$/i.exec(request.get("Authorization") ?? "")?.[1];
}
