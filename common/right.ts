import { z } from "zod";

/**
 * What a caller may do. `read` sees, `deploy` starts, cancels and rolls back, `edit` changes a stack's files and
 * settings, `admin` manages people and the server.
 */
export const rights = ["read", "deploy", "edit", "admin"] as const;
export const Right = z.enum(rights);
export type Right = z.infer<typeof Right>;
