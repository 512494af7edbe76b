import { rights } from "../../../common/right.ts";
import { AppError } from "../../../common/errors.ts";
import { isUsable, type ApiTokenRecord, type ApiTokenStore } from "../core/api-token.ts";
import type { Caller } from "../core/caller.ts";
import type { UserRecord } from "../core/user.ts";
import { resumeLogin, type LoginSessionPorts } from "./login-sessions.ts";

export interface AuthenticatePorts extends LoginSessionPorts {
    readonly apiTokens: ApiTokenStore;
}

/** Who a Bearer token belongs to, a login's or a program's; undefined for an unknown, expired or revoked one. */
export async function authenticate(ports: AuthenticatePorts, bearer: string): Promise<Caller | undefined> {
    const token = await ports.apiTokens.findByHash(ports.hashToken(bearer));
    if (token !== undefined) {
        return callerOfToken(ports, token);
    }
    try {
        return callerOf((await resumeLogin(ports, bearer)).user);
    } catch (error) {
        if (error instanceof AppError && error.code === "unauthorized") {
            return undefined;
        }
        throw error;
    }
}

/** A person who has logged in. There are no roles yet: whoever may log in may do everything. */
export function callerOf(user: UserRecord): Caller {
    return { username: user.username, via: "login", rights };
}

async function callerOfToken(ports: AuthenticatePorts, token: ApiTokenRecord): Promise<Caller | undefined> {
    const owner = await ports.users.findActive(token.username);
    if (owner === undefined || !isUsable(token, ports.now())) {
        return undefined;
    }
    await ports.apiTokens.markUsed(token.id);
    return { username: owner.username, via: "token", rights: token.scopes };
}
