import type { StackPin, StackStateStore } from "../../core/stack-state.ts";
import { createMemory } from "./remember.ts";

/** The same store, which remembers whether a stack is pinned: every push asks for it. */
export function rememberStackStates(states: StackStateStore): StackStateStore {
    const pins = new Map<string, { readonly pin: StackPin | undefined }>();
    const { recall, forgetting } = createMemory([pins]);

    return {
        ...states,
        async findPin(stackId) {
            const found = await recall(pins, stackId, async () => ({ pin: await states.findPin(stackId) }));
            return found?.pin;
        },
        setPin: (stackId, pin) => forgetting(() => states.setPin(stackId, pin)),
    };
}
