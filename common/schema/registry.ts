import { z } from "zod";
import { Timestamp } from "./timestamp.ts";

const plainText = z.string().regex(/^\P{Cc}*$/u, "it holds control characters; leave them out");

/** A registry of images as a user gives it. On a change a password that is left out is kept, `null` removes it. */
export const RegistryInput = z.strictObject({
    name: plainText.trim().min(1, "name: give it one").max(255),
    /** `host[:port][/prefix]`, such as `ghcr.io/acme`. */
    url: z.string().trim().min(1, "url: give its address").max(512),
    username: plainText.trim().max(255).nullish(),
    /** A password or a token. */
    password: plainText.min(1).max(4096).nullish(),
    /** Allows that passwords and images go there without TLS. */
    insecure: z.boolean().default(false),
    allowPrivateHost: z.boolean().default(false),
});
export type RegistryInput = z.infer<typeof RegistryInput>;

/** The same to be tried out; `id` names the stored registry whose password is used where none is given. */
export const RegistryTestInput = RegistryInput.partial({ name: true }).extend({
    id: z.string().min(1).max(64).optional(),
});
export type RegistryTestInput = z.infer<typeof RegistryTestInput>;

/** A registry as the outside sees it. */
export const Registry = z.object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    username: z.string().optional(),
    hasPassword: z.boolean(),
    insecure: z.boolean(),
    allowPrivateHost: z.boolean(),
    /** The stacks whose images are pushed there. */
    stacks: z.array(z.string()),
    createdAt: Timestamp,
    updatedAt: Timestamp,
});
export type Registry = z.infer<typeof Registry>;
