import { AppError } from "../../../common/errors.ts";
import { machineNames, type Elsewhere } from "../core/elsewhere.ts";
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

/**
 * Writes the `.env` of a stack that runs on other machines alone: the next deployment takes it there. Throws AppError
 * `conflict` where the compose file was changed too, which comes from the repository.
 */
export async function saveElsewhere(
    files: StackFiles,
    { name, composeYAML, composeENV }: StackEdit,
    elsewhere: Elsewhere,
): Promise<void> {
    const live = await elsewhere.composeFile();
    if (composeYAML.trim() !== "" && composeYAML !== live?.text) {
        throw new AppError(
            "conflict",
            `composeYAML: ${name} runs on ${machineNames(elsewhere)}, with the compose file of its repository; push a ` +
                "commit to change it. Only .env is saved here",
        );
    }
    checkStackTexts({ composeYAML: "", composeENV });
    await files.writeEnvironment(await existingStack(files, name), composeENV);
}
