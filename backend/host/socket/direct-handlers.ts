import type { DirectAnswers, directEvents } from "../../../common/socket/host-events.ts";
import { AppError } from "../../../common/errors.ts";
import { settingTypes, type SettingStore } from "../core/setting.ts";
import type { UserRecord } from "../core/user.ts";
import { callerOf } from "../services/authenticate.ts";
import { changePassword } from "../services/change-password.ts";
import { saveGeneralSettings } from "../services/general-settings.ts";
import { isPassword, logInByPassword, logInByToken, type LoginPorts } from "../services/log-in.ts";
import type { SetUp } from "../services/set-up.ts";
import type { DirectContext } from "./context.ts";
import { Verbatim, type EventHandlers } from "./event-table.ts";
import type { Session } from "./session.ts";

export interface DirectPorts extends LoginPorts {
    readonly settings: SettingStore;
    readonly setUp: SetUp;
    readonly sessions: () => readonly Session[];
    readonly afterLogin: (session: Session) => void;
    /** Settings have changed: read them again, and tell everybody. */
    readonly onSettings: () => Promise<void>;
}

/** Dockge's direct events: setting up, logging in, settings. */
export function directHandlers(ports: DirectPorts): EventHandlers<typeof directEvents, DirectContext, DirectAnswers> {
    function enter({ session, afterAnswer }: DirectContext, user: UserRecord): void {
        session.logIn(callerOf(user));
        afterAnswer(() => ports.afterLogin(session));
    }

    function othersOf({ session }: DirectContext): readonly Session[] {
        const own = session.caller()?.username;
        return ports.sessions().filter((other) => other.id !== session.id && other.caller()?.username === own);
    }

    return {
        needSetup: () => ports.setUp.state(),
        async setup([username, password, code], { session }) {
            await ports.setUp.create({ username, password }, code ?? undefined, session.address);
            return { msg: "successAdded", msgi18n: true };
        },
        async login([{ username, password, token }], context) {
            const login = { username, password, code: token ?? undefined, address: context.session.address };
            const result = await logInByPassword(ports, login);
            if (result.kind === "token_required") {
                return new Verbatim({ tokenRequired: true });
            }
            enter(context, result.user);
            return { token: result.token };
        },
        async loginByToken([token], context) {
            enter(context, await logInByToken(ports, token));
            return {};
        },
        logout(_args, { session }) {
            session.logOut();
            return {};
        },
        async changePassword([passwords], context) {
            const { address } = context.session;
            await changePassword(ports, { ...passwords, username: usernameOf(context), address });
            othersOf(context).forEach((other) => other.kick());
            return { msg: "Password has been updated successfully." };
        },
        getSettings: async () => ({ data: await ports.settings.list(settingTypes.general) }),
        async setSettings([values, password], context) {
            await saveGeneralSettings(ports.settings, values, async () => {
                const user = await ports.users.findActive(usernameOf(context));
                return isPassword(ports, password ?? "", user?.passwordHash, context.session.address);
            });
            await ports.onSettings();
            return { msg: "Saved" };
        },
        disconnectOtherSocketClients(_args, context) {
            othersOf(context).forEach((other) => other.kick());
            return {};
        },
    };
}

function usernameOf({ caller }: DirectContext): string {
    if (caller === undefined) {
        throw new AppError("unauthorized", "You are not logged in.");
    }
    return caller.username;
}
