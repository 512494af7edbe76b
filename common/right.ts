import { z } from "zod";

/**
 * What a caller may do. `read` sees, `deploy` starts, cancels and rolls back, `edit` changes a stack's files and
 * settings, `admin` manages people and the server.
 */
export const rights = ["read", "deploy", "edit", "admin"] as const;
export const Right = z.enum(rights);
export type Right = z.infer<typeof Right>;

/** Whether rights that were given include the one that is needed; a higher right includes the lower ones. */
export function includesRight(given: readonly Right[], needed: Right): boolean {
    return given.some((right) => rights.indexOf(right) >= rights.indexOf(needed));
}
