import type { ContainerAnswers, containerEvents } from "../../../common/socket/container-events.ts";
import type { Done } from "../../../common/socket/event.ts";
import type { ContainerServices } from "../services/container-services.ts";
import type { Terminals } from "../services/terminals.ts";
import type { StatsListener } from "../services/stats-feed.ts";
import type { GetStackPorts } from "../services/get-stack.ts";
import { AppError } from "../../../common/errors.ts";
import type { HostContext } from "./context.ts";
import { Verbatim, type EventHandlers } from "./event-table.ts";
import { leaveTerminal, typeInto } from "./terminal-handlers.ts";

export interface ContainerPorts extends Pick<GetStackPorts, "live" | "extension"> {
    readonly containers: ContainerServices;
    readonly terminals: Terminals;
}

type ContainerHandlers = EventHandlers<typeof containerEvents, HostContext, ContainerAnswers>;

/** The events for single services, their shells, and the engine. */
export function containerHandlers(ports: ContainerPorts): ContainerHandlers {
    return { ...serviceHandlers(ports), ...shellHandlers(ports), ...statsHandlers(ports), ...engineHandlers(ports) };
}

function serviceHandlers({ containers: { services }, terminals }: ContainerPorts) {
    async function press(
        stack: string,
        { session }: HostContext,
        run: () => Promise<void>,
        done: string,
    ): Promise<Done> {
        terminals.open("progress", stack).join(session.viewer);
        await run();
        return { msg: done };
    }

    return {
        startService: ([stack, service], context) =>
            press(stack, context, () => services.start(stack, service), `Service ${service} started`),
        stopService: ([stack, service], context) =>
            press(stack, context, () => services.stop(stack, service), `Service ${service} stopped`),
        restartService: ([stack, service], context) =>
            press(stack, context, () => services.restart(stack, service), `Service ${service} restarted`),
    } satisfies Partial<ContainerHandlers>;
}

function shellHandlers({ containers: { shells }, terminals }: ContainerPorts) {
    return {
        async interactiveTerminal([stack, service, shell, index = 0], { session }) {
            await shells.open({ stack, service, shell, index }, session.viewer);
            return {};
        },
        mainTerminal(_name, { session }) {
            shells.openConsole(session.viewer);
            return {};
        },
        checkMainTerminal: () => new Verbatim({ ok: shells.consoleEnabled() }),
        terminalInput([name, text], context) {
            typeInto(terminals, name, text, context);
            return {};
        },
        leaveTerminal([name], context) {
            leaveTerminal(terminals, name, context);
            return {};
        },
    } satisfies Partial<ContainerHandlers>;
}

function statsHandlers(ports: ContainerPorts) {
    const { statsFeed, statsTable } = ports.containers;
    const listeners = new WeakMap<HostContext["session"], Map<string, StatsListener>>();

    function unsubscribe(stack: string, { session }: HostContext): void {
        const own = listeners.get(session);
        const listener = own?.get(stack);
        if (listener !== undefined) {
            own?.delete(stack);
            statsFeed.unsubscribe(stack, listener);
        }
    }

    return {
        dockerStats: () => statsTable(),
        subscribeStats([stack], context) {
            checkIsHere(ports, stack);
            unsubscribe(stack, context);
            const listener: StatsListener = (stats) => context.emit("containerStats", stats);
            const own = listeners.get(context.session) ?? new Map<string, StatsListener>();
            listeners.set(context.session, own.set(stack, listener));
            statsFeed.subscribe(stack, listener);
            context.onDisconnect(() => statsFeed.unsubscribe(stack, listener));
            return {};
        },
        unsubscribeStats([stack], context) {
            unsubscribe(stack, context);
            return {};
        },
    } satisfies Partial<ContainerHandlers>;
}

/** Throws AppError `not_found` for unknown stacks, `conflict` for those whose containers are elsewhere. */
function checkIsHere({ live, extension }: ContainerPorts, stack: string): void {
    if (!Object.hasOwn(live.list(), stack)) {
        throw new AppError("not_found", "Stack not found");
    }
    if (extension().elsewhere().get(stack)?.alsoHere === false) {
        throw new AppError("conflict", `${stack} runs on other machines: what it uses there is not known here yet`);
    }
}

function engineHandlers({ containers }: ContainerPorts) {
    return {
        checkImageUpdates: async ([stack]) => ({ updates: await containers.checkImageUpdates(stack) }),
        updateStacks: ([stacks]) => ({ updates: containers.updateStacks(stacks) }),
        pruneEngine: async ([request]) => ({ report: await containers.pruneEngine(request) }),
    } satisfies Partial<ContainerHandlers>;
}
