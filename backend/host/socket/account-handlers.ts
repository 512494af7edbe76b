import type { AccountAnswers, accountEvents } from "../../../common/socket/account-events.ts";
import { AppError } from "../../../common/errors.ts";
import type { LoginSessionStore } from "../core/login-session.ts";
import type { SettingStore } from "../core/setting.ts";
import type { UserStore } from "../core/user.ts";
import { listLogins } from "../services/login-sessions.ts";
import { readServerSettings, saveServerSettings } from "../services/server-settings.ts";
import type { Confirmation, TwoFactor } from "../services/two-factor.ts";
import { usernameOf, type DirectContext } from "./context.ts";
import type { EventHandlers } from "./event-table.ts";

export interface AccountPorts {
    readonly users: UserStore;
    readonly settings: SettingStore;
    readonly loginSessions: LoginSessionStore;
    readonly twoFactor: TwoFactor;
    /** Disconnects those whose login has ended. */
    readonly endConnections: () => void;
}

type AccountHandlers = EventHandlers<typeof accountEvents, DirectContext, AccountAnswers>;

/** One's own account, and the server's own settings. */
export function accountHandlers(ports: AccountPorts): AccountHandlers {
    return { ...twoFactorHandlers(ports), ...sessionHandlers(ports), ...settingHandlers(ports) };
}

function twoFactorHandlers({ twoFactor }: AccountPorts) {
    return {
        twoFAStatus: (_args, context) => twoFactor.status(usernameOf(context)),
        prepare2FA: ([password], context) => twoFactor.prepare(confirmation(context, password)),
        async verifyToken([code, password], context) {
            return { valid: await twoFactor.verify(confirmation(context, password), code) };
        },
        async save2FA([password], context) {
            const recoveryCodes = await twoFactor.enable(confirmation(context, password));
            return { msg: "2faEnabled", msgi18n: true, recoveryCodes };
        },
        async disable2FA([password], context) {
            await twoFactor.disable(confirmation(context, password));
            return { msg: "2faDisabled", msgi18n: true };
        },
        async renewRecoveryCodes([password], context) {
            return { recoveryCodes: await twoFactor.renewRecoveryCodes(confirmation(context, password)) };
        },
    } satisfies Partial<AccountHandlers>;
}

function sessionHandlers({ users, loginSessions, endConnections }: AccountPorts) {
    async function userId(context: DirectContext): Promise<number> {
        const user = await users.findActive(usernameOf(context));
        if (user === undefined) {
            throw new AppError("unauthorized", "authUserInactiveOrDeleted");
        }
        return user.id;
    }

    return {
        async getSessions(_args, context) {
            return { sessions: await listLogins({ loginSessions }, await userId(context), ownLogin(context)) };
        },
        async revokeSession([id], context) {
            if (!(await loginSessions.revoke(await userId(context), id))) {
                throw new AppError("not_found", "This login has ended already; reload the list");
            }
            context.afterAnswer(endConnections);
            return {};
        },
        async revokeOtherSessions(_args, context) {
            await loginSessions.revokeOthers(await userId(context), ownLogin(context));
            context.afterAnswer(endConnections);
            return {};
        },
    } satisfies Partial<AccountHandlers>;
}

function settingHandlers({ settings, loginSessions, endConnections }: AccountPorts) {
    return {
        getServerSettings: async () => ({ settings: await readServerSettings(settings) }),
        async saveServerSettings([change], { afterAnswer }) {
            const saved = await saveServerSettings(settings, change);
            if (change.sessionDays !== undefined) {
                await loginSessions.setLifetime(saved.sessionDays ?? undefined);
                afterAnswer(endConnections);
            }
            return { settings: saved };
        },
    } satisfies Partial<AccountHandlers>;
}

function confirmation(context: DirectContext, password: string): Confirmation {
    return { username: usernameOf(context), password, address: context.session.address };
}

function ownLogin({ session }: DirectContext): string | undefined {
    return session.login()?.id;
}
