import type { DirectAnswers, directEvents } from "../../../common/socket/host-events.ts";
import { AppError } from "../../../common/errors.ts";
import { addressKey } from "../core/client-address.ts";
import type { LoginPlace } from "../core/login-session.ts";
import type { RateLimit } from "../core/rate-limit.ts";
import { callerOf } from "../services/authenticate.ts";
import { changePassword } from "../services/change-password.ts";
import { logInByPassword, type LoginPorts } from "../services/log-in.ts";
import { tooFrequent } from "../services/login-guard.ts";
import { resumeLogin, type OpenLogin } from "../services/login-sessions.ts";
import type { SetUp } from "../services/set-up.ts";
import { usernameOf, type DirectContext } from "./context.ts";
import { Verbatim, type EventHandlers } from "./event-table.ts";
import type { Session } from "./session.ts";

export interface LoginHandlerPorts extends LoginPorts {
    readonly setUp: SetUp;
    /** Tokens that open nothing, per address. */
    readonly badTokens: RateLimit;
    readonly sessions: () => readonly Session[];
    readonly sendInfo: (session: Session) => void;
    /** Dockge's pushes after `info`. */
    readonly afterLogin: (session: Session) => void;
    /** Disconnects those whose login has ended. */
    readonly endConnections: () => void;
}

type DirectHandlers = EventHandlers<typeof directEvents, DirectContext, DirectAnswers>;

/** Dockge's direct events: setting up, logging in and out. */
export function loginHandlers(ports: LoginHandlerPorts) {
    return { ...enteringHandlers(ports), ...leavingHandlers(ports) };
}

function enteringHandlers(ports: LoginHandlerPorts) {
    /** A good token is never refused, however many bad ones came from its address. */
    async function resume(token: string, place: LoginPlace): Promise<OpenLogin> {
        try {
            return await resumeLogin(ports, token, place);
        } catch (error) {
            const isRefused = error instanceof AppError && error.code === "unauthorized";
            throw isRefused && !(await ports.badTokens.take(addressKey(place.address))) ? tooFrequent() : error;
        }
    }

    return {
        needSetup: () => ports.setUp.state(),
        async setup([username, password, code], { session }) {
            await ports.setUp.create({ username, password }, code ?? undefined, session.address);
            return { msg: "successAdded", msgi18n: true };
        },
        async login([{ username, password, token }], context) {
            const login = { username, password, code: token ?? undefined, ...placeOf(context) };
            const result = await logInByPassword(ports, login);
            if (result.kind === "token_required") {
                return new Verbatim({ tokenRequired: true });
            }
            enter(context, result);
            context.afterAnswer(() => ports.sendInfo(context.session));
            context.afterAnswer(() => ports.afterLogin(context.session));
            return { token: result.token };
        },
        async loginByToken([token], context) {
            enter(context, await resume(token, placeOf(context)));
            ports.sendInfo(context.session);
            context.afterAnswer(() => ports.afterLogin(context.session));
            return {};
        },
    } satisfies Partial<DirectHandlers>;
}

function leavingHandlers(ports: LoginHandlerPorts) {
    function kickOthers({ session }: DirectContext, username: string): void {
        ports
            .sessions()
            .filter((other) => other.id !== session.id && other.caller()?.username === username)
            .forEach((other) => other.kick());
    }

    return {
        async logout(_args, { session, afterAnswer }) {
            const login = session.login();
            session.logOut();
            if (login !== undefined) {
                await ports.loginSessions.revoke(login.userId, login.id);
                afterAnswer(ports.endConnections);
            }
            return {};
        },
        async changePassword([passwords], context) {
            const username = usernameOf(context);
            const changed = await changePassword(ports, { ...passwords, username, ...placeOf(context) });
            if (context.session.login() !== undefined) {
                enter(context, changed);
            }
            kickOthers(context, username);
            return { msg: "Password has been updated successfully.", token: changed.token };
        },
        disconnectOtherSocketClients(_args, context) {
            kickOthers(context, usernameOf(context));
            return {};
        },
    } satisfies Partial<DirectHandlers>;
}

function enter({ session }: DirectContext, { user, session: login }: OpenLogin): void {
    session.logIn(callerOf(user), login);
}

function placeOf({ session }: DirectContext): LoginPlace {
    return { address: session.address, userAgent: session.userAgent };
}
