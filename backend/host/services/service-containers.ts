import type { ServiceContainer } from "../../../common/socket/host-events.ts";
import { containerStatus, type StackContainer } from "../core/stack.ts";

/** A stack's containers on this machine, by service and replica. Those of `docker compose run` are left out. */
export function serviceContainers(here: readonly StackContainer[]): readonly ServiceContainer[] {
    return here
        .filter(({ oneOff, name }) => !oneOff && name !== undefined)
        .map((container) => ({
            service: container.service,
            name: container.name ?? "",
            index: (container.replica ?? 1) - 1,
            status: containerStatus(container),
            image: container.image ?? "",
        }))
        .sort((a, b) => a.service.localeCompare(b.service) || a.index - b.index);
}
