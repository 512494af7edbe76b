import type { PageQuery } from "../../../common/schema/page.ts";
import type { Registry, RegistryInput } from "../../../common/schema/registry.ts";
import type { MutablePage } from "./page.ts";
import {
    createRegistry,
    deleteRegistry,
    findRegistry,
    listRegistries,
    type RegistryPorts,
    updateRegistry,
} from "./registries.ts";
import type { RegistryTest } from "./test-registry.ts";

export interface RegistryServicePorts extends RegistryPorts {
    testRegistry(test: RegistryTest): Promise<void>;
}

/** What both edges offer of registries. Throws AppError. */
export interface RegistryServices {
    listRegistries(page: PageQuery): Promise<MutablePage<Registry>>;
    findRegistry(id: string): Promise<Registry>;
    createRegistry(input: RegistryInput): Promise<Registry>;
    updateRegistry(call: { readonly id: string; readonly input: RegistryInput }): Promise<Registry>;
    deleteRegistry(id: string): Promise<void>;
    /** Throws where the engine cannot log in. */
    testRegistry(test: RegistryTest): Promise<void>;
}

export function registryServices(ports: RegistryServicePorts): RegistryServices {
    return {
        listRegistries: (page) => listRegistries(ports, page),
        findRegistry: (id) => findRegistry(ports, id),
        createRegistry: (input) => createRegistry(ports, input),
        updateRegistry: (call) => updateRegistry(ports, call),
        deleteRegistry: (id) => deleteRegistry(ports, id),
        testRegistry: (test) => ports.testRegistry(test),
    };
}
