import { AppError } from "../../../common/errors.ts";
import type { StackFiles, StackTexts } from "../core/stack-files.ts";
import { checkStackTexts } from "./check-stack-texts.ts";
import { existingStack } from "./existing-stack.ts";

export interface StackEdit extends StackTexts {
    readonly name: string;
    /** Whether the stack is new. */
    readonly isAdd: boolean;
}

/**
 * Writes a stack's files; a new stack gets a folder. Throws AppError `invalid` for bad texts, `conflict` when a new
 * stack's name is taken, `not_found` when an old one's is not.
 */
export async function saveStack(files: StackFiles, { name, isAdd, ...texts }: StackEdit): Promise<void> {
    checkStackTexts(texts);
    if (!isAdd) {
        await files.write(await existingStack(files, name), texts);
        return;
    }
    if ((await files.find(name)) !== undefined) {
        throw new AppError("conflict", "Stack name already exists");
    }
    await files.create(name);
    await files.write({ name }, texts);
}
