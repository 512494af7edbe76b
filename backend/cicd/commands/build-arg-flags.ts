/** A build argument; not a secret, it stays in the image's history. */
export interface BuildArgument {
    readonly name: string;
    readonly value: string;
}

/** Names that decide how the program itself runs; such an argument is given by value. */
const reserved = /^(PATH|HOME|DOCKER_.*|COMPOSE_.*|BUILDX_.*|BUILDKIT_.*|LD_.*)$/;

/**
 * `--build-arg NAME`, the value in the environment: so that it does not show in process lists. Where the environment
 * needs another value under that name, the value stands in the flag.
 */
export function buildArgFlags(
    args: readonly BuildArgument[],
    environment: Readonly<Record<string, string>>,
): { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string>> } {
    const flags: string[] = [];
    const added: Record<string, string> = {};
    for (const { name, value } of args) {
        const taken = reserved.test(name) || (environment[name] ?? value) !== value;
        flags.push("--build-arg", taken ? `${name}=${value}` : name);
        if (!taken) {
            added[name] = value;
        }
    }
    return { flags, environment: added };
}
