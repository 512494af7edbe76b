import type { PinnedRelease } from "../../../common/schema/stack.ts";
import { findPin } from "./find-pin.ts";
import { announcePin, type PinPorts } from "./pin-stack.ts";

export type UnpinPorts = Pick<PinPorts, "deployments" | "stackStates" | "host">;

/** Lets a stack deploy by itself again. Answers what it was pinned to; undefined where it was not. */
export async function unpinStack(ports: UnpinPorts, stack: string): Promise<PinnedRelease | undefined> {
    const pin = await findPin(ports, stack);
    if (pin !== undefined) {
        await ports.stackStates.setPin(stack, undefined);
        await announcePin(ports, stack);
    }
    return pin;
}
