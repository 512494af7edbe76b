import type { Carrier } from "./carrier.ts";
import type { ExecutorPorts } from "./ports.ts";
import type { RunNetworks } from "./run-networks.ts";

/** What the tries of one executor share. */
export interface Site {
    readonly ports: ExecutorPorts;
    readonly networks: RunNetworks;
    readonly carrier: Carrier;
}
