import type { CicdServices } from "../services/cicd-services.ts";
import type { CicdHandlers } from "./handlers.ts";

/** The events of the page about registries. */
export function registryHandlers(services: CicdServices) {
    return {
        async getRegistries([limit, cursor]) {
            const { items, nextCursor } = await services.listRegistries({ limit, cursor });
            return { registries: items, nextCursor };
        },
        saveRegistry: async ([id, input]) => ({
            registry: await (id === null ? services.createRegistry(input) : services.updateRegistry({ id, input })),
        }),
        async deleteRegistry([id]) {
            await services.deleteRegistry(id);
            return {};
        },
        async testRegistry([tested]) {
            const signal = AbortSignal.timeout(60_000);
            await services.testRegistry(
                typeof tested === "string" ? { id: tested, signal } : { input: tested, signal },
            );
            return {};
        },
    } satisfies Partial<CicdHandlers>;
}
