import type { ComposeFolder, Discovery } from "../../../common/schema/discovery.ts";
import { isStackName } from "../../../common/schema/stack-name.ts";

/** A folder as the user decides about it. */
export interface FolderChoice {
    readonly folder: ComposeFolder;
    chosen: boolean;
    stack: string;
}

/** Every folder that was found; nothing is chosen yet, but where there is only one. */
export function choicesOf(discovery: Discovery): FolderChoice[] {
    const choices = discovery.folders.map((folder) => ({ folder, chosen: false, stack: folder.suggestedStack }));
    const [only, ...others] = choices.filter(({ folder }) => isSelectable(folder));
    if (only !== undefined && others.length === 0) {
        only.chosen = true;
    }
    return choices;
}

/** The same choices for another look at the repository: what was chosen and written stays. */
export function keepChoices(before: readonly FolderChoice[], now: readonly FolderChoice[]): FolderChoice[] {
    return now.map((choice) => {
        const old = before.find(({ folder }) => folder.composePath === choice.folder.composePath);
        const keep = old !== undefined && isSelectable(choice.folder);
        return keep ? { ...choice, chosen: old.chosen, stack: old.stack } : choice;
    });
}

/** Whether a folder can become a stack: it can be used, and is not one already. */
export function isSelectable(folder: ComposeFolder): boolean {
    return !folder.blocked && folder.connectedStack === undefined;
}

/** What a new stack watches: its own folder alone, where nothing is shared. */
export function pathsOf({ folder }: Pick<ComposeFolder, "folder">, shared: readonly string[]): string[] {
    // At the root everything is its own.
    return shared.length === 0 || folder === "" ? [] : [escapeGlob(folder), ...shared];
}

/** Paths are patterns; the folder's name is text. */
function escapeGlob(text: string): string {
    return text.replace(/[\\!*?[\]{}()+@|]/g, "\\$&");
}

/** What is wrong with a name: not allowed, chosen for two folders, or a stack that is connected already. */
export type NameProblem = "bad" | "twice" | "connected";

/** What is wrong with the name that a chosen folder has; undefined where it is fine. */
export function nameProblem(
    choice: FolderChoice,
    choices: readonly FolderChoice[],
    connected: ReadonlySet<string>,
): NameProblem | undefined {
    if (!choice.chosen) {
        return undefined;
    }
    if (!isStackName(choice.stack)) {
        return "bad";
    }
    const same = choices.filter(({ chosen, stack }) => chosen && stack === choice.stack);
    if (same.length > 1) {
        return "twice";
    }
    return connected.has(choice.stack) ? "connected" : undefined;
}

/** Chooses every folder that would be a new stack, or none. Existing stacks are chosen one by one. */
export function chooseAll(choices: readonly FolderChoice[], chosen: boolean, existing: ReadonlySet<string>): void {
    for (const choice of choices) {
        if (isSelectable(choice.folder) && (!chosen || !existing.has(choice.stack))) {
            choice.chosen = chosen;
        }
    }
}
