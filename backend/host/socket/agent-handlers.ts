import type { AgentAnswers, agentEvents, Done } from "../../../common/socket/host-events.ts";
import type { ContainerWatch } from "../core/container-watch.ts";
import type { TerminalKind } from "../core/terminal.ts";
import type { CombinedLogs } from "../services/combined-logs.ts";
import { getStack, type GetStackPorts } from "../services/get-stack.ts";
import { statusByMachine } from "../services/status-by-machine.ts";
import type { StackOperations } from "../services/stack-operations.ts";
import type { Terminals } from "../services/terminals.ts";
import type { HostContext } from "./context.ts";
import { Verbatim, type EventHandlers } from "./event-table.ts";
import { hostnameFor, sendStackList } from "./pushes.ts";
import { parseTerminalName } from "./terminal-name.ts";

export interface AgentPorts extends GetStackPorts {
    readonly operations: StackOperations;
    readonly terminals: Terminals;
    readonly logs: CombinedLogs;
    readonly watch: Pick<ContainerWatch, "listNetworks">;
    readonly primaryHostname: () => string;
}

type AgentHandlers = EventHandlers<typeof agentEvents, HostContext, AgentAnswers>;

/** Dockge's agent-capable events: stacks and their terminals. */
export function agentHandlers(ports: AgentPorts): AgentHandlers {
    return { ...operationHandlers(ports), ...lookHandlers(ports), ...terminalHandlers(ports) };
}

function operationHandlers({ operations, terminals, logs }: AgentPorts) {
    /** Runs a button's operation while its caller sees the progress. */
    async function press(
        name: string,
        { session }: HostContext,
        run: () => Promise<void>,
        done: string,
    ): Promise<Done> {
        terminals.open("progress", name).join(session.viewer);
        await run();
        return { msg: done, msgi18n: true };
    }

    return {
        async saveStack([name, composeYAML, composeENV, isAdd]) {
            await operations.save({ name, composeYAML, composeENV, isAdd });
            return { msg: "Saved", msgi18n: true };
        },
        async deployStack([name, composeYAML, composeENV, isAdd], context) {
            const edit = { name, composeYAML, composeENV, isAdd };
            const answer = await press(name, context, () => operations.deploy(edit), "Deployed");
            logs.join(name, context.session.viewer);
            return answer;
        },
        deleteStack: ([name], context) => press(name, context, () => operations.delete(name), "Deleted"),
        startStack: ([name], context) => press(name, context, () => operations.start(name), "Started"),
        stopStack: ([name], context) => press(name, context, () => operations.stop(name), "Stopped"),
        restartStack: ([name], context) => press(name, context, () => operations.restart(name), "Restarted"),
        updateStack: ([name], context) => press(name, context, () => operations.update(name), "Updated"),
        downStack: ([name], context) => press(name, context, () => operations.down(name), "Downed"),
    } satisfies Partial<AgentHandlers>;
}

function lookHandlers(ports: AgentPorts) {
    const { live, logs, terminals } = ports;
    return {
        async getStack([name], { session }) {
            const stack = await getStack(ports, name, hostnameFor(session, ports.primaryHostname()));
            if (stack.isManagedByDockge) {
                logs.join(name, session.viewer);
                terminals.open("progress", name).join(session.viewer);
            }
            return { stack: { ...stack, endpoint: session.endpoint } };
        },
        async requestStackList(_args, { session }) {
            sendStackList(session, await live.refreshNow());
            return { msg: "Updated", msgi18n: true };
        },
        serviceStatusList: ([name]) =>
            statusByMachine(ports.extension().elsewhere().get(name), live.containersOf(name)),
        getDockerNetworkList: async () => ({ dockerNetworkList: await ports.watch.listNetworks() }),
    } satisfies Partial<AgentHandlers>;
}

function terminalHandlers({ live, logs, terminals }: AgentPorts) {
    function join(name: string, { session }: HostContext): string {
        const wanted = parseTerminalName(name, session.endpoint);
        if (wanted === undefined || !isKnown(wanted)) {
            return "";
        }
        return wanted.kind === "combined"
            ? logs.join(wanted.stack, session.viewer)
            : terminals.open("progress", wanted.stack).join(session.viewer);
    }

    function isKnown({ kind, stack }: { kind: TerminalKind; stack: string }): boolean {
        return terminals.find(kind, stack) !== undefined || Object.hasOwn(live.list(), stack);
    }

    return {
        terminalJoin: ([name], context) => ({ buffer: join(name, context) }),
        leaveCombinedTerminal([name], { session }) {
            terminals.leave("combined", name, session.viewer);
            return {};
        },
        terminalResize([name, rows, columns], { session }) {
            const wanted = parseTerminalName(name, session.endpoint);
            if (wanted !== undefined) {
                terminals.find(wanted.kind, wanted.stack)?.resize({ columns, rows });
            }
            return {};
        },
        checkMainTerminal: () => new Verbatim({ ok: false }),
    } satisfies Partial<AgentHandlers>;
}
