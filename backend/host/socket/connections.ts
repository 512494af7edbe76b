import { agentEvents, directEvents } from "../../../common/socket/host-events.ts";
import type { ContainerWatch } from "../core/container-watch.ts";
import type { DockerRuns } from "../core/docker-run.ts";
import type { GlobalEnvironment } from "../core/global-environment.ts";
import type { Log } from "../core/log.ts";
import type { RateLimit } from "../core/rate-limit.ts";
import type { SettingStore } from "../core/setting.ts";
import type { Agents } from "../services/agents/agents.ts";
import type { CombinedLogs } from "../services/combined-logs.ts";
import type { ContainerServices } from "../services/container-services.ts";
import type { GeneralSettings } from "../services/general-settings.ts";
import type { GetStackPorts } from "../services/get-stack.ts";
import type { StackList } from "../services/list-stacks.ts";
import type { LoginPorts } from "../services/log-in.ts";
import type { ServerFacts } from "../services/server-info.ts";
import type { SetUp } from "../services/set-up.ts";
import type { StackOperations } from "../services/stack-operations.ts";
import type { Terminals } from "../services/terminals.ts";
import type { TwoFactor } from "../services/two-factor.ts";
import { agentHandlers } from "./agent-handlers.ts";
import { showAgents } from "./agent-viewer.ts";
import type { AgentContext, HostContext } from "./context.ts";
import { directHandlers } from "./direct-handlers.ts";
import { dispatch } from "./dispatch.ts";
import { bindEvents, type BoundEvent, type EventHandlers, type EventTable } from "./event-table.ts";
import { createGreeter } from "./greeter.ts";
import { createLoginWatch } from "./login-watch.ts";
import { sendAfterLogin, sendInfo, type PushPorts } from "./pushes.ts";
import type { Session } from "./session.ts";
import { createStackListPushes } from "./stack-list-pushes.ts";

export interface ConnectionsPorts {
    readonly login: LoginPorts;
    readonly twoFactor: TwoFactor;
    /** Tokens that open nothing, per address. */
    readonly badTokens: RateLimit;
    readonly globalEnvironment: GlobalEnvironment;
    readonly setUp: SetUp;
    readonly settings: SettingStore;
    readonly stacks: GetStackPorts & {
        readonly operations: StackOperations;
        readonly terminals: Terminals;
        readonly logs: CombinedLogs;
        readonly watch: ContainerWatch;
        readonly containers: ContainerServices;
    };
    readonly dockerRuns: DockerRuns;
    readonly agents: Agents;
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
    /** Disconnects those whose login has ended. */
    endConnections(): void;
}

export function createConnections(ports: ConnectionsPorts): Connections {
    const { login, stacks, log } = ports;
    const primaryHostname = (): string => ports.general().primaryHostname;
    const lists = createStackListPushes();
    const pushes: PushPorts = {
        lists,
        facts: ports.facts,
        engine: () => stacks.live.engine(),
        list: () => stacks.live.list(),
        primaryHostname,
    };
    const watch = createLoginWatch({
        loginSessions: login.loginSessions,
        sessions: ports.sessions,
        now: Date.now,
        onError: (error) => log.error({ err: error }, "the use of a login could not be noted"),
    });
    const entering = { afterLogin, sendInfo: (session: Session) => sendInfo(pushes, session) };
    const greeter = createGreeter({
        ...{ ...ports, ...entering, users: login.users },
        onError: (error) => log.error({ err: error }, "a connection could not be greeted"),
    });
    const { followDisableAuth, endConnections } = { ...greeter, ...watch };
    const direct = bindEvents(
        directEvents,
        directHandlers({ ...ports, ...login, ...entering, followDisableAuth, endConnections }),
    );
    const agent = new Map<string, BoundEvent<HostContext>>(
        bindEvents(agentEvents, agentHandlers({ ...stacks, primaryHostname, lists })),
    );

    function afterLogin(session: Session): void {
        // It may have hung up, or logged out, before its login was checked: nobody would end what is begun for it.
        if (session.caller() === undefined) {
            return;
        }
        session.onEnd(() => stacks.terminals.leaveAll(session.viewer));
        sendAfterLogin(pushes, session);
        // What was done by hand while nobody was there is found, and followed from now on.
        stacks.live.refresh();
        showAgents(ports.agents, session);
    }

    function loggedIn(): readonly Session[] {
        return ports.sessions().filter((session) => session.caller() !== undefined);
    }

    return {
        greet: greeter.greet,
        endConnections,
        serve: (session, event, args) => {
            watch.noteUse(session);
            void dispatch({ direct, agent, agents: ports.agents, calls: ports.calls, log }, session, event, args);
        },
        isWatched: () => loggedIn().length > 0,
        pushList: (list) => loggedIn().forEach((session) => lists.sendNews(session, list)),
        pushInfo: () => loggedIn().forEach((session) => sendInfo(pushes, session)),
        push: (event, payload) => loggedIn().forEach((session) => session.emitAgent(event, payload)),
        registerAgentEvents(table, handlers) {
            for (const [event, bound] of bindEvents(table, handlers)) {
                agent.set(event, bound);
            }
        },
    };
}
