import { AppError } from "../../../common/errors.ts";
import type { LoginSession } from "../../../common/schema/login-session.ts";
import {
    adoptedPrefix,
    isOpen,
    type LoginPlace,
    type LoginSessionRecord,
    type LoginSessionStore,
} from "../core/login-session.ts";
import type { LoginClaim, LoginTokens } from "../core/login-token.ts";
import type { SettingStore } from "../core/setting.ts";
import type { UserRecord, UserStore } from "../core/user.ts";
import { readServerSettings } from "./server-settings.ts";

export interface LoginSessionPorts {
    readonly users: UserStore;
    readonly tokens: LoginTokens;
    readonly loginSessions: LoginSessionStore;
    readonly settings: SettingStore;
    /** How tokens are stored. */
    readonly hashToken: (token: string) => string;
    readonly newId: () => string;
    readonly now: () => Date;
}

/** Somebody who is logged in, and by which login. */
export interface OpenLogin {
    readonly user: UserRecord;
    readonly session: LoginSessionRecord;
}

/** Begins a login of a person who has shown to be it. Throws AppError `unauthorized` for a person without a password. */
export async function beginLogin(
    ports: LoginSessionPorts,
    user: UserRecord,
    place: LoginPlace,
): Promise<OpenLogin & { readonly token: string }> {
    if (user.passwordHash === undefined) {
        throw new AppError("unauthorized", "authIncorrectCreds");
    }
    const id = ports.newId();
    const token = ports.tokens.issue(user.username, user.passwordHash, id);
    await ports.loginSessions.clean();
    return { user, token, session: await store(ports, { id, user, token, place }) };
}

/**
 * Who a login token belongs to. A token that Dockge has issued becomes a login at its first use. Throws AppError
 * `unauthorized` with one of the page's keys.
 */
export async function resumeLogin(ports: LoginSessionPorts, token: string, place?: LoginPlace): Promise<OpenLogin> {
    const claim = ports.tokens.read(token);
    if (claim === undefined) {
        throw invalidToken();
    }
    const user = await ports.users.findActive(claim.username);
    if (user?.passwordHash === undefined) {
        throw new AppError("unauthorized", "authUserInactiveOrDeleted");
    }
    if (!ports.tokens.isCurrent(claim, user.passwordHash)) {
        throw invalidToken();
    }
    const session = await sessionOf(ports, { claim, user, token, place });
    if (session === undefined || session.userId !== user.id || !isOpen(session, ports.now())) {
        throw invalidToken();
    }
    await ports.loginSessions.markUsed(session.id, place);
    return { user, session };
}

/** A person's logins as they are shown. */
export async function listLogins(
    { loginSessions }: Pick<LoginSessionPorts, "loginSessions">,
    userId: number,
    currentId: string | undefined,
): Promise<readonly LoginSession[]> {
    const open = await loginSessions.listOpen(userId);
    return open.map(({ id, createdAt, lastUsedAt, address, userAgent, expiresAt }) => ({
        ...{ id, createdAt, lastUsedAt, address, userAgent, expiresAt },
        current: id === currentId,
    }));
}

interface Given {
    readonly user: UserRecord;
    readonly token: string;
    readonly place: LoginPlace | undefined;
}

async function sessionOf(
    ports: LoginSessionPorts,
    { claim, ...given }: Given & { readonly claim: LoginClaim },
): Promise<LoginSessionRecord | undefined> {
    const known = await ports.loginSessions.findByHash(ports.hashToken(given.token));
    if (known !== undefined || claim.jti !== undefined) {
        return known;
    }
    return store(ports, { ...given, id: adoptedPrefix + ports.newId() });
}

async function store(
    ports: LoginSessionPorts,
    { id, user, token, place }: Given & { readonly id: string },
): Promise<LoginSessionRecord> {
    const { sessionDays } = await readServerSettings(ports.settings);
    return ports.loginSessions.create({
        id,
        userId: user.id,
        tokenHash: ports.hashToken(token),
        address: place?.address ?? "",
        userAgent: place?.userAgent ?? "",
        expiresAt: sessionDays === null ? undefined : daysFrom(ports.now(), sessionDays),
    });
}

function daysFrom(start: Date, days: number): string {
    return new Date(start.getTime() + days * 24 * 3_600_000).toISOString();
}

function invalidToken(): AppError {
    return new AppError("unauthorized", "authInvalidToken");
}
