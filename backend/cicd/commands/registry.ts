import type { Command } from "../core/target-host.ts";

interface RegistryCommand {
    readonly directory: string;
    /** Leads to the private configuration. */
    readonly environment: Readonly<Record<string, string>>;
}

/** Logs in; the password goes through standard input alone. */
export function dockerLogin(
    login: RegistryCommand & { readonly host: string; readonly username: string; readonly password: string },
): Command {
    return {
        argv: ["docker", "login", `--username=${login.username}`, "--password-stdin", "--", login.host],
        directory: login.directory,
        environment: login.environment,
        input: login.password,
    };
}

/** Pushes one image; its last line tells the digest. */
export function dockerPush(push: RegistryCommand & { readonly image: string }): Command {
    return {
        argv: ["docker", "push", "--", push.image],
        directory: push.directory,
        environment: push.environment,
    };
}

/** Describes the builder in use. */
export function buildxInspect({ directory, environment }: RegistryCommand): Command {
    return { argv: ["docker", "buildx", "inspect"], directory, environment };
}
