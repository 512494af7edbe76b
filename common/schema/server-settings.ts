import { z } from "zod";

/** Settings of the server that stock Dockge does not know: stored under a type of their own. */
export const ServerSettings = z.object({
    /**
     * After how many days a login ends; null: never, as in Dockge, whose tokens are valid here and the other way round
     * as long as this is null.
     */
    sessionDays: z.int().min(1).max(3650).nullable(),
});
export type ServerSettings = z.infer<typeof ServerSettings>;
