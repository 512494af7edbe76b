import { agentEvents, directEvents } from "../../../common/socket/host-events.ts";
import type { ContainerWatch } from "../core/container-watch.ts";
import type { Log } from "../core/log.ts";
import type { RateLimit } from "../core/rate-limit.ts";
import type { SettingStore } from "../core/setting.ts";
import { callerOf } from "../services/authenticate.ts";
import type { CombinedLogs } from "../services/combined-logs.ts";
import type { GeneralSettings } from "../services/general-settings.ts";
import type { GetStackPorts } from "../services/get-stack.ts";
import type { StackList } from "../services/list-stacks.ts";
import type { LoginPorts } from "../services/log-in.ts";
import type { ServerFacts } from "../services/server-info.ts";
import type { SetUp } from "../services/set-up.ts";
import type { StackOperations } from "../services/stack-operations.ts";
import type { Terminals } from "../services/terminals.ts";
import { agentHandlers } from "./agent-handlers.ts";
import type { AgentContext, HostContext } from "./context.ts";
import { directHandlers } from "./direct-handlers.ts";
import { dispatch } from "./dispatch.ts";
import { bindEvents, type BoundEvent, type EventHandlers, type EventTable } from "./event-table.ts";
import { sendAfterLogin, sendInfo, sendStackList, type PushPorts } from "./pushes.ts";
import type { Session } from "./session.ts";

export interface ConnectionsPorts {
    readonly login: LoginPorts;
    readonly setUp: SetUp;
    readonly settings: SettingStore;
    readonly stacks: GetStackPorts & {
        readonly operations: StackOperations;
        readonly terminals: Terminals;
        readonly logs: CombinedLogs;
        readonly watch: ContainerWatch;
    };
    readonly facts: ServerFacts;
    readonly calls: RateLimit;
    readonly log: Log;
    readonly sessions: () => readonly Session[];
    readonly general: () => GeneralSettings;
    /** Settings have been saved. */
    readonly onSettings: () => Promise<void>;
}

/** What happens on connections: greeting, events, pushes to all. */
export interface Connections {
    greet(session: Session): void;
    serve(session: Session, event: string, args: readonly unknown[]): void;
    isWatched(): boolean;
    pushList(list: StackList): void;
    pushInfo(): void;
    push(event: string, payload: object): void;
    registerAgentEvents<T extends EventTable>(table: T, handlers: EventHandlers<T, AgentContext>): void;
}

export function createConnections(ports: ConnectionsPorts): Connections {
    const { login, setUp, stacks, log } = ports;
    const primaryHostname = (): string => ports.general().primaryHostname;
    const pushes: PushPorts = {
        facts: ports.facts,
        engine: () => stacks.live.engine(),
        list: () => stacks.live.list(),
        primaryHostname,
    };
    const direct = bindEvents(directEvents, directHandlers({ ...ports, ...login, afterLogin }));
    const agent = new Map<string, BoundEvent<HostContext>>(
        bindEvents(agentEvents, agentHandlers({ ...stacks, primaryHostname })),
    );

    function afterLogin(session: Session): void {
        session.onEnd(() => stacks.terminals.leaveAll(session.viewer));
        sendAfterLogin(pushes, session);
    }

    async function greet(session: Session): Promise<void> {
        sendInfo(pushes, session);
        const { needSetup, codeRequired } = await setUp.state();
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
        const first = (await login.users.list()).filter((user) => user.active).sort((a, b) => a.id - b.id)[0];
        if (first !== undefined) {
            session.logIn(callerOf(first));
            session.emit("autoLogin");
            afterLogin(session);
        }
    }

    function loggedIn(): readonly Session[] {
        return ports.sessions().filter((session) => session.caller() !== undefined);
    }

    return {
        greet: (session) =>
            void greet(session).catch((error: unknown) =>
                log.error({ err: error }, "a connection could not be greeted"),
            ),
        serve: (session, event, args) =>
            void dispatch({ direct, agent, calls: ports.calls, log }, session, event, args),
        isWatched: () => loggedIn().length > 0,
        pushList: (list) => loggedIn().forEach((session) => sendStackList(session, list)),
        pushInfo: () => loggedIn().forEach((session) => sendInfo(pushes, session)),
        push: (event, payload) => loggedIn().forEach((session) => session.emitAgent(event, payload)),
        registerAgentEvents(table, handlers) {
            for (const [event, bound] of bindEvents(table, handlers)) {
                agent.set(event, bound);
            }
        },
    };
}
