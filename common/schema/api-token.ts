import { z } from "zod";
import { Right } from "../right.ts";
import { Timestamp } from "./timestamp.ts";

/** What a user gives to make an API token. */
export const ApiTokenInput = z.strictObject({
    name: z.string().trim().min(1, "name: say what the token is for").max(100),
    scopes: z.array(Right).min(1, "scopes: give at least one of read, deploy, edit, admin"),
    expiresAt: Timestamp.optional(),
});
export type ApiTokenInput = z.infer<typeof ApiTokenInput>;

/** An API token as the outside sees it, without its text. */
export const ApiToken = z.object({
    id: z.string(),
    name: z.string(),
    username: z.string(),
    scopes: z.array(Right),
    createdAt: Timestamp,
    expiresAt: Timestamp.optional(),
    lastUsedAt: Timestamp.optional(),
});
export type ApiToken = z.infer<typeof ApiToken>;

/** The answer that makes a token: the one time that its text is shown. */
export const CreatedApiToken = ApiToken.extend({ token: z.string() });
export type CreatedApiToken = z.infer<typeof CreatedApiToken>;
