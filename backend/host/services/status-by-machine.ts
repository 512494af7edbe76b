import type { AgentAnswers, MachineServices } from "../../../common/socket/host-events.ts";
import type { Elsewhere } from "../core/elsewhere.ts";
import { serviceStatuses, type StackContainer } from "../core/stack.ts";

/**
 * Service → status over all machines of a stack, and for each of them. This machine is one of them where the stack is
 * meant to run here, and where something of it was left.
 */
export function statusByMachine(
    elsewhere: Elsewhere | undefined,
    here: readonly StackContainer[],
): AgentAnswers["serviceStatusList"] {
    if (elsewhere === undefined) {
        return { serviceStatusList: serviceStatuses(here) };
    }
    const there = elsewhere.machines.flatMap(({ containers }) => containers);
    const own: readonly MachineServices[] =
        elsewhere.alsoHere || here.length > 0 ? [{ services: serviceStatuses(here) }] : [];
    const others = elsewhere.machines.map(({ name, hostname, containers }) => ({
        name,
        hostname,
        services: serviceStatuses(containers),
    }));
    return { serviceStatusList: serviceStatuses([...here, ...there]), machines: [...own, ...others] };
}
