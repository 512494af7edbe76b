import { DeploymentFailure } from "../core/failure.ts";
import { type FindOwnContainer, ownStackTrouble } from "../core/own-container.ts";

export interface GuardOwnStackPorts {
    readonly findOwnContainer: FindOwnContainer;
}

/** Throws `not_supported` for the stack that this server runs in: recreating its container would end the deployment. */
export async function guardOwnStack({ findOwnContainer }: GuardOwnStackPorts, stack: string): Promise<void> {
    const trouble = ownStackTrouble(await findOwnContainer(), stack);
    if (trouble !== undefined) {
        throw new DeploymentFailure("not_supported", `${trouble}.`);
    }
}
