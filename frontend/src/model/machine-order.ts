import type { DeployTarget } from "../../../common/schema/deploy-target.ts";
import type { DeployedMachine, MachineState } from "../../../common/schema/deployment.ts";
import type { Tone } from "./deployment-status.ts";

/** The id of the machine that the server itself runs on. */
export const localMachine = "local";

/** The machines of a stack, as the form shows them: none means this one. */
export function machineIds(targetIds: readonly string[]): string[] {
    return targetIds.length === 0 ? [localMachine] : [...targetIds];
}

/** What the form sends of them; this machine alone is what an empty list means. */
export function targetIds(machines: readonly string[]): string[] {
    return machines.length === 1 && machines[0] === localMachine ? [] : [...machines];
}

/** One place up (-1) or down (1); the same list at its ends. */
export function moved(machines: readonly string[], id: string, step: -1 | 1): string[] {
    const at = machines.indexOf(id);
    const other = machines[at + step];
    if (at === -1 || other === undefined) {
        return [...machines];
    }
    return machines.map((one) => {
        if (one === id) {
            return other;
        }
        return one === other ? id : one;
    });
}

/** Those that can still be added, this machine first. */
export function addable(machines: readonly string[], targets: readonly DeployTarget[]): string[] {
    return [localMachine, ...targets.map(({ id }) => id)].filter((id) => !machines.includes(id));
}

/** Whether a deployment's machines are worth a line: several, or another than this one. */
export function isFarReaching(machines: readonly DeployedMachine[]): boolean {
    return machines.length > 1 || machines.some(({ id }) => id !== localMachine);
}

/** How each state of a machine looks, everywhere. */
export const machineLook = {
    waiting: { tone: "secondary", icon: "clock", active: false },
    applying: { tone: "primary", icon: "rocket", active: true },
    verifying: { tone: "primary", icon: "magnifying-glass", active: true },
    done: { tone: "success", icon: "circle-check", active: false },
    failed: { tone: "danger", icon: "circle-xmark", active: false },
    restored: { tone: "warning", icon: "rotate-left", active: false },
} as const satisfies Record<MachineState, { readonly tone: Tone; readonly icon: string; readonly active: boolean }>;
