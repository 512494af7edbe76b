import { parseDocument } from "yaml";
import { isGeneratedOverride } from "../../../common/generated-override.ts";
import { AppError } from "../../../common/errors.ts";
import type { StackFolder } from "../core/stack.ts";
import type { StackFiles } from "../core/stack-files.ts";

/**
 * Refuses an override that is no YAML (AppError `invalid`), and one in the place of what CI/CD writes (`conflict`).
 * Fine where nothing is to change.
 */
export async function checkOverride(
    files: Pick<StackFiles, "readOverride">,
    folder: StackFolder | undefined,
    text: string | undefined,
): Promise<void> {
    if (text === undefined) {
        return;
    }
    const [mistake] = parseDocument(text, { logLevel: "silent" }).errors;
    if (mistake !== undefined) {
        throw new AppError("invalid", `composeOverride: ${mistake.message}`);
    }
    const known = folder && (await files.readOverride(folder));
    if (known !== undefined && isGeneratedOverride(known.text) && known.text !== text) {
        throw new AppError(
            "conflict",
            `composeOverride: ${known.fileName} is written anew by every deployment; put your change into the ` +
                "repository, or list an override file of your own in composeFiles",
        );
    }
}

/** Writes it where one is given and something else lies there; to be checked before. */
export async function saveOverride(
    files: Pick<StackFiles, "readOverride" | "writeOverride">,
    folder: StackFolder,
    text: string | undefined,
): Promise<void> {
    if (text !== undefined && text !== ((await files.readOverride(folder))?.text ?? "")) {
        await files.writeOverride(folder, text);
    }
}
