import { AppError } from "../../../common/errors.ts";
import type { DeployTargetStore } from "../core/deploy-target.ts";
import { localMachineId } from "../core/machine.ts";

/** Throws `invalid` for a machine that there is not, or that is named twice. */
export async function checkTargets(
    { deployTargets }: { readonly deployTargets: Pick<DeployTargetStore, "find"> },
    targetIds: readonly string[],
): Promise<void> {
    for (const [at, id] of targetIds.entries()) {
        if (targetIds.indexOf(id) !== at) {
            throw new AppError("invalid", `targetIds.${at}: ${id} is named twice; a stack runs once on every machine`);
        }
        if (id !== localMachineId && (await deployTargets.find(id)) === undefined) {
            throw new AppError(
                "invalid",
                `targetIds.${at}: there is no target ${id}; give the id of a target, or "${localMachineId}" for this machine`,
            );
        }
    }
}
