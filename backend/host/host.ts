import { mkdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import type { StackSummary } from "../../common/schema/stack.ts";
import type { EngineState } from "../../common/socket/host-events.ts";
import { createAccounts } from "./accounts.ts";
import { connectAgent } from "./adapters/agent/connect-agent.ts";
import { composerizeRuns } from "./adapters/composerize/composerize.ts";
import { dockerContainerWatch } from "./adapters/docker/container-watch.ts";
import { memoryRateLimit } from "./adapters/rate-limit/memory.ts";
import { diskGlobalEnvironment } from "./adapters/stack-files/global-environment.ts";
import { diskFolderWatch } from "./adapters/stack-files/folder-watch.ts";
import { diskStackFiles } from "./adapters/stack-files/stack-files.ts";
import { ptyPrograms } from "./adapters/terminal/pty.ts";
import { after } from "./adapters/timer/after.ts";
import type { Caller } from "./core/caller.ts";
import { noExtension, type StackExtension } from "./core/stack-extension.ts";
import type { StackLock } from "./core/stack-lock.ts";
import { createEdge } from "./edge.ts";
import { enginePorts } from "./engine-ports.ts";
import type { Router } from "./http/app.ts";
import type { HostOptions } from "./host-options.ts";
import { agentPasswords, sealAgentPasswords } from "./services/agents/agent-passwords.ts";
import { createAgentTokens } from "./services/agents/agent-tokens.ts";
import { Agents } from "./services/agents/agents.ts";
import { authenticate } from "./services/authenticate.ts";
import { logInByPassword, type LoginResult, type PasswordLogin } from "./services/log-in.ts";
import type { SetUp } from "./services/set-up.ts";
import { setUpCode } from "./services/set-up-code.ts";
import type { StackAction } from "./services/stack-operations.ts";
import type { AgentContext } from "./socket/context.ts";
import type { EventHandlers, EventTable } from "./socket/event-table.ts";
import { createStacks, type Stacks, type StacksPorts } from "./stacks.ts";

/** The embedded stack manager. Plugins add themselves before it starts. */
export interface EmbeddedHost {
    readonly lock: StackLock;
    /** Routers that serve before the page; they bring their own body parsers. */
    addRouters(routers: readonly Router[]): void;
    registerAgentEvents<T extends EventTable>(table: T, handlers: EventHandlers<T, AgentContext>): void;
    extendStacks(extension: StackExtension): void;
    /** The operation is answered when every listener is done. */
    onStackAction(listener: StackActionListener): void;
    /** Listens; resolves with the address. Throws AppError `unavailable` or `invalid` with the way out. */
    start(): Promise<AddressInfo>;
    stop(): Promise<void>;

    authenticate(bearer: string): Promise<Caller | undefined>;
    /** Throws AppError `unauthorized` or `rate_limited`. */
    logInByPassword(login: PasswordLogin): Promise<LoginResult>;
    listStacks(): Promise<readonly { readonly name: string; readonly status: number }[]>;
    createStackDirectory(stack: string): Promise<void>;
    stackDirectory(stack: string): Promise<string>;
    /** An agent-capable push to everybody who is logged in. */
    push(event: string, payload: object): void;
    /** Whether anybody is logged in. */
    isWatched(): boolean;
    /** Looks at all stacks again soon, and sends the list where it changed. */
    refreshStacks(): void;
    engineState(): EngineState;
    /** Shows text in a stack's progress terminal, and keeps it for those who come later. */
    writeToTerminal(stack: string, text: string): void;
}

type StackActionListener = (stack: string, action: StackAction) => void | Promise<void>;

const callsPerMinute = 1200;

export async function createHost(options: HostOptions): Promise<EmbeddedHost> {
    const { config, apiTokens } = options;
    const stopping = new AbortController();
    const listeners: StackActionListener[] = [];
    let extension = noExtension;

    const code = setUpCode(config.hostname);
    const accounts = await createAccounts(options, code);
    const { login, setUp } = accounts;
    const stacks = hostStacks(options, {
        extension: () => extension,
        notify: (stack, action) => tellAll(listeners, stack, action),
        isWatched: () => edge.isWatched(),
        onList: (list) => edge.pushList(list),
        onEngine: () => edge.pushInfo(),
        onUpdates: (updates) => edge.push("stackUpdates", { updates }),
        stopping: stopping.signal,
    });
    const agents = hostAgents(options);
    const edge = createEdge({
        ...options,
        agents,
        ...accounts,
        stacks,
        globalEnvironment: diskGlobalEnvironment(config.stacksDirectory),
        calls: memoryRateLimit(callsPerMinute, 60),
        dockerRuns: composerizeRuns(),
    });

    async function start(): Promise<AddressInfo> {
        await mkdir(config.stacksDirectory, { recursive: true });
        await prepareFirstUser(setUp, code, options);
        await sealAgentPasswords(options.agentStore, options.secrets);
        await stacks.live.start(stopping.signal);
        return edge.start();
    }

    async function stop(): Promise<void> {
        stopping.abort(new Error("The server stops"));
        stacks.terminals.stop();
        agents.stop();
        await edge.stop();
    }

    return {
        addRouters: edge.addRouters,
        registerAgentEvents: edge.registerAgentEvents,
        push: edge.push,
        isWatched: edge.isWatched,
        start,
        stop,
        lock: stacks.lock,
        extendStacks: (given) => void (extension = given),
        onStackAction: (listener) => void listeners.push(listener),
        authenticate: (bearer) => authenticate({ ...login, apiTokens }, bearer),
        logInByPassword: (given) => logInByPassword(login, given),
        listStacks: () => listManaged(stacks),
        createStackDirectory: (stack) => stacks.files.create(stack),
        stackDirectory: (stack) => stacks.files.directory(stack),
        refreshStacks: () => stacks.live.refresh(),
        engineState: () => stacks.live.engine(),
        writeToTerminal: (stack, text) => stacks.terminals.open("progress", stack).write(text),
    };
}

type HostLinks = Pick<
    StacksPorts,
    "extension" | "notify" | "isWatched" | "onList" | "onEngine" | "onUpdates" | "stopping"
>;

/** The stacks of this machine; what belongs to the rest of the host is given as `links`. */
function hostStacks({ config, docker, findTrouble, log }: HostOptions, links: HostLinks): Stacks {
    const { stacksDirectory, dockerEnvironment, enableConsole } = config;
    const { extension, stopping } = links;
    const files = diskStackFiles(stacksDirectory);
    return createStacks({
        ...enginePorts(docker, { files, environment: dockerEnvironment, stopping, extension }),
        ...links,
        stacksDirectory,
        enableConsole,
        files,
        folders: diskFolderWatch(stacksDirectory),
        watch: dockerContainerWatch(docker, dockerEnvironment, stacksDirectory),
        programs: ptyPrograms(dockerEnvironment),
        findTrouble,
        log,
    });
}

function hostAgents({ secrets, agentStore, log }: HostOptions): Agents {
    return new Agents({
        connect: connectAgent,
        tokens: createAgentTokens(),
        passwords: agentPasswords(secrets),
        store: agentStore,
        after,
        log,
    });
}

async function listManaged({ live }: Stacks): Promise<readonly StackSummary[]> {
    return Object.values(await live.refreshNow()).filter((stack) => stack.isManagedByDockge);
}

async function prepareFirstUser(setUp: SetUp, code: string | undefined, { config, log }: HostOptions): Promise<void> {
    if (config.admin !== undefined && (await setUp.createUnattended(config.admin)) !== undefined) {
        log.info({ username: config.admin.username }, "the first user was made from the configuration");
    }
    if (code !== undefined && (await setUp.state()).needSetup) {
        log.info({ setUpCode: code }, `set-up code: ${code} (the page asks for it to make the first user)`);
    }
}

async function tellAll(listeners: readonly StackActionListener[], stack: string, action: StackAction): Promise<void> {
    for (const listener of listeners) {
        await listener(stack, action);
    }
}
