import type { DeployTargetStore } from "../core/deploy-target.ts";
import type { DeploymentStore } from "../core/deployment.ts";
import type { RemoteMachines } from "../core/remote-machine.ts";
import type { LiveElsewhere } from "./elsewhere.ts";

interface ToldStores {
    readonly deployments: DeploymentStore;
    readonly deployTargets: DeployTargetStore;
    readonly machines: RemoteMachines;
}

/** The same ports, whose stores tell where a stack goes live, and of targets that change, whoever does it. */
export function withElsewhere<P extends ToldStores>(
    ports: P,
    told: Pick<LiveElsewhere, "changed" | "targetChanged">,
): P {
    const { deployments, deployTargets, machines } = ports;
    return {
        ...ports,
        deployments: {
            ...deployments,
            async transition(id, from, to, change) {
                const changed = await deployments.transition(id, from, to, change);
                if (changed !== undefined && to === "successful") {
                    told.changed(changed.stackId);
                }
                return changed;
            },
            async create(given) {
                const created = await deployments.create(given);
                if (created.status === "successful") {
                    told.changed(created.stackId);
                }
                return created;
            },
        },
        machines: {
            ...machines,
            async check(target, options) {
                const checked = await machines.check(target, options);
                told.targetChanged(target.id);
                return checked;
            },
        },
        deployTargets: {
            ...deployTargets,
            async update(id, target) {
                const updated = await deployTargets.update(id, target);
                told.targetChanged(id);
                return updated;
            },
            async pinHostKey(id, hostKey) {
                await deployTargets.pinHostKey(id, hostKey);
                told.targetChanged(id);
            },
        },
    };
}
