import { z } from "zod";

/** The name of a stack: its folder, its compose project and its `stack_id` in every table. */
export const StackName = z
    .string()
    .regex(
        /^[a-z0-9][a-z0-9_-]{0,63}$/,
        "stack name: use only a-z, 0-9, _ and -, starting with a letter or digit, at most 64 characters",
    );
export type StackName = z.infer<typeof StackName>;

/** The same, refused with Dockge's sentences where Dockge has one: programs of its users read them. */
export const DockgeStackName = z
    .string("Name must be a string")
    .regex(/^[a-z0-9_-]+$/, { error: "Stack name can only contain [a-z][0-9] _ - only", abort: true })
    .pipe(StackName);

/** Whether a folder name can be managed as a stack. */
export function isStackName(name: string): boolean {
    return StackName.safeParse(name).success;
}
