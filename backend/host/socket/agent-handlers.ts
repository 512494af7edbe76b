import type { Done } from "../../../common/socket/event.ts";
import type { AgentAnswers, agentEvents } from "../../../common/socket/host-events.ts";
import type { ContainerWatch } from "../core/container-watch.ts";
import type { ContainerServices } from "../services/container-services.ts";
import type { CombinedLogs } from "../services/combined-logs.ts";
import { getStack, type GetStackPorts } from "../services/get-stack.ts";
import { serviceContainers } from "../services/service-containers.ts";
import { statusByMachine } from "../services/status-by-machine.ts";
import type { StackOperations } from "../services/stack-operations.ts";
import type { Terminals } from "../services/terminals.ts";
import { containerHandlers } from "./container-handlers.ts";
import type { HostContext } from "./context.ts";
import type { EventHandlers } from "./event-table.ts";
import { hostnameFor } from "./pushes.ts";
import type { StackListPushes } from "./stack-list-pushes.ts";
import { terminalHandlers } from "./terminal-handlers.ts";

export interface AgentPorts extends GetStackPorts {
    readonly operations: StackOperations;
    readonly containers: ContainerServices;
    readonly terminals: Terminals;
    readonly logs: CombinedLogs;
    readonly watch: Pick<ContainerWatch, "listNetworks">;
    readonly primaryHostname: () => string;
    readonly lists: StackListPushes;
}

type AgentHandlers = EventHandlers<typeof agentEvents, HostContext, AgentAnswers>;

/** Dockge's agent-capable events: stacks and their terminals. */
export function agentHandlers(ports: AgentPorts): AgentHandlers {
    return {
        ...operationHandlers(ports),
        ...lookHandlers(ports),
        ...terminalHandlers(ports),
        ...containerHandlers(ports),
    };
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
        async saveStack([name, composeYAML, composeENV, isAdd, options]) {
            await operations.save({ name, composeYAML, composeENV, isAdd, ...options });
            return { msg: "Saved", msgi18n: true };
        },
        async deployStack([name, composeYAML, composeENV, isAdd, options], context) {
            const edit = { name, composeYAML, composeENV, isAdd, ...options };
            const answer = await press(name, context, () => operations.deploy(edit), "Deployed");
            logs.join(name, context.session.viewer);
            return answer;
        },
        deleteStack: ([name, options], context) =>
            press(name, context, () => operations.delete(name, options), options?.keepFiles ? "Downed" : "Deleted"),
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
            if (stack.unmanageable === undefined) {
                logs.join(name, session.viewer);
                terminals.open("progress", name).join(session.viewer);
            }
            return { stack: { ...stack, endpoint: session.endpoint } };
        },
        async requestStackList(_args, { session }) {
            ports.lists.sendNews(session, await live.refreshNow());
            return { msg: "Updated", msgi18n: true };
        },
        serviceStatusList([name]) {
            const here = live.containersOf(name);
            const status = statusByMachine(ports.extension().elsewhere().get(name), here);
            return { ...status, containers: serviceContainers(here) };
        },
        getDockerNetworkList: async () => ({ dockerNetworkList: await ports.watch.listNetworks() }),
    } satisfies Partial<AgentHandlers>;
}
