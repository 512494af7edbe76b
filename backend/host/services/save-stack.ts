import { AppError } from "../../../common/errors.ts";
import { machineNames, type Elsewhere } from "../core/elsewhere.ts";
import type { StackFiles, StackTexts } from "../core/stack-files.ts";
import { checkStackTexts } from "./check-stack-texts.ts";
import { existingStack } from "./existing-stack.ts";
import { checkOverride, saveOverride } from "./save-override.ts";

export interface StackEdit extends StackTexts {
    readonly name: string;
    /** Whether the stack is new. */
    readonly isAdd: boolean;
    /** The user's own override file; a blank one is removed. Undefined: it stays. */
    readonly composeOverride?: string | undefined;
}

/**
 * Writes a stack's files; a new stack gets a folder. Throws AppError `invalid` for bad texts, `conflict` when a new
 * stack's name is taken, `not_found` when an old one's is not.
 */
export async function saveStack(files: StackFiles, edit: StackEdit): Promise<void> {
    const { name, isAdd, composeOverride, ...texts } = edit;
    checkStackTexts(texts);
    if (isAdd && (await files.find(name)) !== undefined) {
        throw new AppError("conflict", "Stack name already exists");
    }
    const folder = isAdd ? { name } : await existingStack(files, name);
    await checkOverride(files, isAdd ? undefined : folder, composeOverride);
    if (isAdd) {
        await files.create(name);
    }
    await files.write(folder, texts);
    await saveOverride(files, folder, composeOverride);
}

/**
 * Writes the `.env` of a stack that runs on other machines alone: the next deployment takes it there. Throws AppError
 * `conflict` where the compose file was changed too, which comes from the repository.
 */
export async function saveElsewhere(
    files: StackFiles,
    { name, composeYAML, composeENV, composeOverride = "" }: StackEdit,
    elsewhere: Elsewhere,
): Promise<void> {
    const live = await elsewhere.composeFile();
    const isChanged = composeYAML.trim() !== "" && composeYAML !== live?.text;
    if (isChanged || composeOverride.trim() !== "") {
        throw new AppError(
            "conflict",
            `${isChanged ? "composeYAML" : "composeOverride"}: ${name} runs on ${machineNames(elsewhere)}, with the compose file of its repository; push a ` +
                "commit to change it. Only .env is saved here",
        );
    }
    checkStackTexts({ composeYAML: "", composeENV });
    await files.writeEnvironment(await existingStack(files, name), composeENV);
}
