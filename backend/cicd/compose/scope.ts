import { dependentNames, parseEnvFile } from "./env-file.ts";
import type { Lookup } from "./interpolation.ts";
import { workingDirectory } from "./working-directory.ts";

/** The variables that a compose file sees. */
export interface Scope {
    readonly lookup: Lookup;
    /** Whether this machine decides what a variable means, so that nothing may be concluded from it. */
    readonly isOfMachine: (name: string) => boolean;
}

/** What Compose's own process has, and what differs between building and applying. */
const machineVariables =
    /^(PATH|HOME|CI|CICD_DEPLOYMENT_ID|DOCKER_(HOST|CONFIG|CERT_PATH|TLS_VERIFY|CONTEXT|CLI_PLUGIN_.*)|COMPOSE_PROJECT_NAME)$/;

export function createScope(lookup: Lookup): Scope {
    const isOfMachine = (name: string): boolean => machineVariables.test(name);
    return {
        isOfMachine,
        lookup: (name) => {
            if (name === "PWD") {
                return workingDirectory;
            }
            return isOfMachine(name) ? undefined : lookup(name);
        },
    };
}

/** What the stack's compose file sees: variables that Compose is given, and the text of its `.env`. */
export function stackScope(given: Readonly<Record<string, string>>, environmentText: string): Scope {
    const variables = new Map(Object.entries(given));
    return withEnvFiles(
        createScope((name) => variables.get(name)),
        [environmentText],
    );
}

/** What an included file sees: its own env files add to the variables around it, and replace none of them. */
export function withEnvFiles(around: Scope, texts: readonly string[]): Scope {
    const values = new Map<string, string>();
    const unknown = new Set<string>();
    const known: Lookup = (name) => around.lookup(name) ?? values.get(name);
    for (const text of texts) {
        const dependent = dependentNames(text, (name) => around.isOfMachine(name) || unknown.has(name));
        for (const [name, value] of parseEnvFile(text, known)) {
            values.set(name, value);
            unknown.delete(name);
        }
        dependent.forEach((name) => unknown.add(name));
    }
    const isOfMachine = (name: string): boolean =>
        around.isOfMachine(name) || (unknown.has(name) && around.lookup(name) === undefined);
    return { isOfMachine, lookup: (name) => (isOfMachine(name) ? undefined : known(name)) };
}
