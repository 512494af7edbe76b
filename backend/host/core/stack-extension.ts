import type { StackCICDExtension } from "../../../common/schema/stack.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { RegistryLogin } from "./image-digests.ts";
import type { KeptImages } from "./engine-waste.ts";

/** What the plugin adds to stacks. */
export interface StackExtension {
    /**
     * The stacks that the plugin knows, each with the status of its newest deployment. They are listed even before
     * their compose file exists.
     */
    badges(): Promise<ReadonlyMap<string, string | undefined>>;
    /** What compose gets besides the host's own environment when it works on this stack; empty for others' stacks. */
    environment(stack: string): Promise<Readonly<Record<string, string>>>;
    /** The stacks that are deployed to other machines; what is known of these now, without asking them. */
    elsewhere(): ReadonlyMap<string, Elsewhere>;
    /** What `getStack` answers besides Dockge's own fields. */
    details(stack: string): Promise<StackCICDExtension>;
    /** The login of the stack's registry, where the image lies there. */
    registryLogin?(stack: string, image: string): Promise<RegistryLogin | undefined>;
    /** Images that must stay though no container uses them. Throws AppError `conflict` while they cannot be told. */
    keptImages?(): Promise<KeptImages>;
}

/** A host without plugin. */
export const noExtension: StackExtension = {
    badges: async () => new Map(),
    environment: async () => ({}),
    elsewhere: () => new Map(),
    details: async () => ({}),
};
