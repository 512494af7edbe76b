import { AppError } from "../../../common/errors.ts";
import type { StackFolder } from "../core/stack.ts";
import type { StackFiles } from "../core/stack-files.ts";

/** A stack's folder. Throws AppError `not_found`. */
export async function existingStack(files: Pick<StackFiles, "find">, stack: string): Promise<StackFolder> {
    const folder = await files.find(stack);
    if (folder === undefined) {
        throw new AppError("not_found", "Stack not found");
    }
    return folder;
}
