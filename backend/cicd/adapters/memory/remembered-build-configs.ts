import type { BuildConfigRecord, BuildConfigStore } from "../../core/build-config.ts";
import { createMemory } from "./remember.ts";

/** The same store, which remembers the configuration of each stack: every push asks for it. */
export function rememberBuildConfigs(configs: BuildConfigStore): BuildConfigStore {
    const byStack = new Map<string, BuildConfigRecord>();
    const { recall, forgetting } = createMemory([byStack]);

    return {
        ...configs,
        findByStack: (stackId) => recall(byStack, stackId, () => configs.findByStack(stackId)),
        save: (config) => forgetting(() => configs.save(config)),
        delete: (stackId) => forgetting(() => configs.delete(stackId)),
    };
}
