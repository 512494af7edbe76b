import { parseEnvFile } from "../compose/env-file.ts";
import { isReserved } from "./stack-environment.ts";

/** The text of `global.env` in the stacks directory, Dockge's variables for all stacks; undefined where there is none. */
export type ReadGlobalEnvironment = () => Promise<string | undefined>;

/** What needs the variables of `global.env`. */
export interface GlobalEnvironmentPorts {
    readonly globalEnvironment?: ReadGlobalEnvironment | undefined;
}

/**
 * The variables of `global.env` that count for a stack with this `.env`: those that its `.env` does not set. They are
 * given to Compose beside its own variables rather than as a file: Compose may run where that file does not lie.
 */
export async function globalVariables(
    { globalEnvironment }: GlobalEnvironmentPorts,
    environmentText: string | undefined,
): Promise<Readonly<Record<string, string>>> {
    const text = await globalEnvironment?.();
    if (text === undefined) {
        return {};
    }
    const own = parseEnvFile(environmentText ?? "");
    const counting = [...parseEnvFile(text)].filter(([name]) => !own.has(name) && !isReserved(name));
    return Object.fromEntries(counting);
}
