import type { CicdServices } from "../services/cicd-services.ts";
import type { CicdHandlers } from "./handlers.ts";

/** The events of the page about the machines that are deployed to. */
export function targetHandlers(services: CicdServices) {
    return {
        async getTargets([limit, cursor]) {
            const { items, nextCursor } = await services.listTargets({ limit, cursor });
            return { targets: items, nextCursor };
        },
        saveTarget: async ([id, input]) => ({
            target: await (id === null
                ? services.createTarget({ input, signal: inTime() })
                : services.updateTarget({ id, input, signal: inTime() })),
        }),
        async deleteTarget([id]) {
            await services.deleteTarget(id);
            return {};
        },
        testTarget: async ([id]) => ({ check: await services.testTarget({ id, signal: inTime() }) }),
        acceptTargetHostKey: async ([id, fingerprint]) => ({
            target: await services.acceptTargetHostKey({ id, fingerprint, signal: inTime() }),
        }),
    } satisfies Partial<CicdHandlers>;
}

function inTime(): AbortSignal {
    return AbortSignal.timeout(120_000);
}
