import { z } from "zod";

/** A shell in a container: a plain name that is looked up there, or an absolute path. No options. */
export const Shell = z
    .string()
    .max(128)
    .regex(
        /^(?:[a-z][a-z0-9]*|(?:\/[a-zA-Z0-9_][a-zA-Z0-9._-]*)+)$/,
        "shell: give a name such as sh or bash, or a path",
    );
export type Shell = z.infer<typeof Shell>;
