import { z } from "zod";

/** Those of Dockge's general settings that the page shows; what is missing or of another kind counts as unset. */
export const GeneralSettings = z.object({
    primaryHostname: z.string().catch(""),
    trustProxy: z.boolean().catch(false),
    disableAuth: z.boolean().catch(false),
    globalENV: z.string().catch(""),
});
export type GeneralSettings = z.infer<typeof GeneralSettings>;
