import type { LoginSessionStore } from "../core/login-session.ts";
import type { Session } from "./session.ts";

export interface LoginWatchPorts {
    readonly loginSessions: LoginSessionStore;
    /** All connections. */
    readonly sessions: () => readonly Session[];
    readonly now: () => number;
    readonly onError: (error: unknown) => void;
}

/** Connections and the logins that they use. */
export interface LoginWatch {
    /** Something was done with a connection's login. */
    noteUse(session: Session): void;
    /** Disconnects those whose login has ended. */
    endConnections(): void;
}

const useNotedEveryMilliseconds = 60_000;

export function createLoginWatch({ loginSessions, sessions, now, onError }: LoginWatchPorts): LoginWatch {
    const notedAt = new WeakMap<Session, number>();

    async function endConnections(): Promise<void> {
        const using = sessions().flatMap((session) => {
            const login = session.login();
            return login === undefined ? [] : [{ session, id: login.id }];
        });
        if (using.length === 0) {
            return;
        }
        const open = await loginSessions.stillOpen(new Set(using.map(({ id }) => id)));
        using.filter(({ id }) => !open.has(id)).forEach(({ session }) => session.kick());
    }

    return {
        noteUse(session) {
            const login = session.login();
            const time = now();
            if (login === undefined || time - (notedAt.get(session) ?? 0) < useNotedEveryMilliseconds) {
                return;
            }
            notedAt.set(session, time);
            const { address, userAgent } = session;
            loginSessions.markUsed(login.id, { address, userAgent }).catch(onError);
        },
        endConnections: () => void endConnections().catch(onError),
    };
}
