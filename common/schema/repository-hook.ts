import { z } from "zod";

/** Why a webhook at a provider cannot be read or made. */
export const HookProblem = z.enum([
    "hook_no_token",
    "hook_unauthorized",
    "hook_forbidden",
    "hook_not_found",
    "hook_refused",
    "hook_unreachable",
    "hook_unexpected",
]);
export type HookProblem = z.infer<typeof HookProblem>;

/** A token for one request, in the place of the stored one; it is not kept. */
export const HookAccess = z.strictObject({
    username: z.string().max(255).optional(),
    token: z.string().min(1).max(4096).optional(),
});
export type HookAccess = z.infer<typeof HookAccess>;

/** The webhook as the repository's provider knows it. */
export const RepositoryHook = z.object({
    /** Whether the provider's webhooks can be managed from here at all. */
    supported: z.boolean(),
    installed: z.boolean(),
    /** Whether the provider sends pushes to it. */
    active: z.boolean().optional(),
    /** Where it sends them. */
    url: z.string().optional(),
    /** Whether that is this server's address of today; false after CICD_BASE_URL has changed. */
    current: z.boolean().optional(),
    /** The stack whose hook it is: one hook serves every stack of its repository. */
    stack: z.string().optional(),
    /** What came of the newest delivery, in the provider's words, where it tells. */
    lastStatus: z.string().optional(),
    /** Why it cannot be told, in words. */
    problem: z.string().optional(),
    problemCode: HookProblem.optional(),
});
export type RepositoryHook = z.infer<typeof RepositoryHook>;
