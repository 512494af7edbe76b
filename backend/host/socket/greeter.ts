import type { UserStore } from "../core/user.ts";
import { callerOf } from "../services/authenticate.ts";
import type { GeneralSettings } from "../services/general-settings.ts";
import type { SetUp } from "../services/set-up.ts";
import type { Session } from "./session.ts";

export interface GreeterPorts {
    readonly setUp: SetUp;
    readonly users: UserStore;
    readonly general: () => GeneralSettings;
    readonly sessions: () => readonly Session[];
    readonly sendInfo: (session: Session) => void;
    readonly afterLogin: (session: Session) => void;
    readonly onError: (error: unknown) => void;
}

/** What is said to those who come, before they say anything. */
export interface Greeter {
    greet(session: Session): void;
    /** Logs everybody in where nobody has to log in, and disconnects those whom that setting had logged in. */
    followDisableAuth(): void;
}

export function createGreeter(ports: GreeterPorts): Greeter {
    async function greet(session: Session): Promise<void> {
        ports.sendInfo(session);
        const { needSetup, codeRequired } = await ports.setUp.state();
        if (needSetup) {
            session.emit("setup", { codeRequired });
            return;
        }
        if (ports.general().disableAuth) {
            await logInByItself(session);
        }
    }

    /** Dockge's setting for those who have put a login of their own in front: everybody is the first user. */
    async function logInByItself(session: Session): Promise<void> {
        const first = (await ports.users.list()).filter((user) => user.active).sort((a, b) => a.id - b.id)[0];
        if (first !== undefined) {
            session.logIn(callerOf(first));
            session.emit("autoLogin");
            ports.sendInfo(session);
            ports.afterLogin(session);
        }
    }

    return {
        greet: (session) => void greet(session).catch(ports.onError),
        followDisableAuth() {
            if (ports.general().disableAuth) {
                const strangers = ports.sessions().filter((session) => session.caller() === undefined);
                strangers.forEach((session) => void logInByItself(session).catch(ports.onError));
                return;
            }
            const automatic = ports.sessions().filter((session) => session.caller() && session.login() === undefined);
            automatic.forEach((session) => session.kick());
        },
    };
}
