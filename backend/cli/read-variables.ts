import { parseEnv } from "node:util";
import { errorMessage } from "../../common/errors.ts";
import type { CliPorts } from "./cli-ports.ts";
import { type CommandLine, UsageError } from "./command.ts";

/** The flags that stand for a stack's variables. */
export const variableFlags = {
    variable: { type: "string", help: "NAME=VALUE as the stack's variable; NAME alone takes it from the environment" },
    "env-file": { type: "string", help: "File with such variables, one NAME=VALUE a line" },
} as const;

const rightName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Variables of files and flags, of which the latter win, and the last of each kind. Throws UsageError. */
export async function readVariables(
    line: CommandLine,
    ports: Pick<CliPorts, "readFile" | "environment">,
): Promise<Readonly<Record<string, string>>> {
    const files: Readonly<Record<string, string>>[] = [];
    for (const path of line.texts("env-file")) {
        files.push(await readEnvFile(path, ports));
    }
    const given = line.texts("variable").map((text) => readVariable(text, ports.environment));
    const variables = Object.fromEntries([...files.flatMap((file) => Object.entries(file)), ...given]);
    Object.keys(variables).forEach(checkName);
    return variables;
}

async function readEnvFile(path: string, ports: Pick<CliPorts, "readFile">): Promise<Readonly<Record<string, string>>> {
    try {
        const parsed = parseEnv(await ports.readFile(path));
        return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, value ?? ""]));
    } catch (error) {
        throw new UsageError(`run: --env-file ${path} cannot be read: ${errorMessage(error)}`);
    }
}

function readVariable(text: string, environment: CliPorts["environment"]): readonly [name: string, value: string] {
    const at = text.indexOf("=");
    if (at >= 0) {
        return [text.slice(0, at), text.slice(at + 1)];
    }
    const value = environment[text];
    if (value === undefined) {
        throw new UsageError(`run: --variable ${text} has no value here; write ${text}=VALUE, or set it before`);
    }
    return [text, value];
}

function checkName(name: string): void {
    if (!rightName.test(name)) {
        throw new UsageError(`run: ${JSON.stringify(name)} is no name of a variable; write NAME=VALUE`);
    }
    if (name === "CI" || name.startsWith("CICD_")) {
        throw new UsageError(`run: ${name} is set for every job by itself; leave it out`);
    }
}
