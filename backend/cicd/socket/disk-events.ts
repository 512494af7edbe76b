import type { CicdServices } from "../services/cicd-services.ts";
import type { CicdHandlers } from "./handlers.ts";

/** The events of the page about the disk and its cleaning. */
export function diskHandlers(services: CicdServices) {
    return {
        getDiskUse: async () => ({ disk: await services.findDiskUse() }),
        getDiskWarnings: async () => ({ warnings: [...services.findDiskWarnings()] }),
        cleanUp: async (_args, { caller }) => ({ report: await services.cleanUp(caller) }),
    } satisfies Partial<CicdHandlers>;
}
