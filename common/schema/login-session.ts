import { z } from "zod";
import { Timestamp } from "./timestamp.ts";

/** A login that has not ended: a browser, or a program that logged in with name and password. */
export const LoginSession = z.object({
    id: z.string(),
    /** Whether the one who asks uses it. */
    current: z.boolean(),
    createdAt: Timestamp,
    lastUsedAt: Timestamp,
    /** Where it was used last. */
    address: z.string(),
    userAgent: z.string(),
    expiresAt: Timestamp.optional(),
});
export type LoginSession = z.infer<typeof LoginSession>;
