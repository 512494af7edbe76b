import { z } from "zod";

/** What applying a release would do to one service. */
export const ServiceChange = z.object({
    service: z.string(),
    action: z.enum(["create", "recreate", "start", "remove", "none"]),
    reasons: z.array(z.string()),
    image: z.string().optional(),
});
export type ServiceChange = z.infer<typeof ServiceChange>;

/** What a deployment would change. Names of variables only, never values. */
export const Preview = z.object({
    commitSha: z.string(),
    services: z.array(ServiceChange),
    filesWritten: z.array(z.string()),
    filesRemoved: z.array(z.string()),
    filesReplaced: z.array(z.string()),
    warnings: z.array(z.string()),
});
export type Preview = z.infer<typeof Preview>;
