import type { StackDetails, StackSummary } from "../../../common/schema/stack.ts";
import { AppError } from "../../../common/errors.ts";
import { isGeneratedOverride } from "../../../common/generated-override.ts";
import type { StackFolder } from "../core/stack.ts";
import type { StackExtension } from "../core/stack-extension.ts";
import type { StackFiles, StackTexts } from "../core/stack-files.ts";
import type { StackList } from "./list-stacks.ts";
import type { LiveStacks } from "./live-stacks.ts";

export interface GetStackPorts {
    readonly files: StackFiles;
    readonly live: LiveStacks;
    readonly extension: () => StackExtension;
}

const noTexts: StackTexts = { composeYAML: "", composeENV: "" };

/**
 * A stack with its files and what the plugin adds. Throws AppError `not_found`, and `invalid` for a name that leads out
 * of the stacks directory.
 */
export async function getStack(ports: GetStackPorts, name: string, primaryHostname: string): Promise<StackDetails> {
    const folder = await ports.files.find(name);
    const known = find(ports.live.list(), name);
    const isOutdated = known === undefined || (known.isManagedByDockge && folder === undefined);
    const summary = isOutdated ? find(await ports.live.refreshNow(), name) : known;
    if (summary === undefined) {
        throw new AppError("not_found", "Stack not found");
    }
    const texts = folder === undefined ? noTexts : await ports.files.read(folder);
    const override = folder && (await overrideOf(ports.files, folder));
    const extension = summary.isManagedByDockge ? await ports.extension().details(name) : {};
    return { ...summary, ...texts, ...override, ...(await liveFile(ports, summary)), primaryHostname, ...extension };
}

async function overrideOf(
    files: Pick<StackFiles, "readOverride">,
    folder: StackFolder,
): Promise<Pick<StackDetails, "composeOverride">> {
    const found = await files.readOverride(folder);
    return found === undefined ? {} : { composeOverride: { ...found, generated: isGeneratedOverride(found.text) } };
}

/** The compose file of a stack that runs on other machines alone; one that lies here is not what it runs. */
async function liveFile(
    ports: GetStackPorts,
    { name, composeFileName }: StackSummary,
): Promise<Pick<StackDetails, "composeFileName" | "composeYAML" | "composeOverride"> | undefined> {
    const elsewhere = ports.extension().elsewhere().get(name);
    if (elsewhere?.alsoHere !== false) {
        return undefined;
    }
    const file = await elsewhere.composeFile();
    return {
        composeFileName: file?.name ?? composeFileName,
        composeYAML: file?.text ?? "",
        composeOverride: undefined,
    };
}

function find(list: StackList, name: string): StackSummary | undefined {
    return Object.hasOwn(list, name) ? list[name] : undefined;
}
