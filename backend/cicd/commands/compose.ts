import type { Command } from "../core/target-host.ts";
import { type BuildArgument, buildArgFlags } from "./build-arg-flags.ts";

export type Environment = Readonly<Record<string, string>>;

/** What every command on a stack needs. */
export interface ComposeTarget {
    /** The project's name: the stack's. */
    readonly stack: string;
    /** The stack's directory, symlinks resolved; compose file and override are found there by name. */
    readonly directory: string;
    /** Variables for `${…}`, secret ones included; never in argv. */
    readonly environment?: Environment | undefined;
}

export interface ComposeConfig extends ComposeTarget {
    /** Where the files are not found by name; the base first. */
    readonly files?: readonly string[] | undefined;
    readonly envFile?: string | undefined;
}

/** `docker compose config`: prints the stack as Compose understands it, as JSON. */
export function composeConfig(target: ComposeConfig): Command {
    const envFile = target.envFile === undefined ? [] : ["--env-file", target.envFile];
    const files = (target.files ?? []).flatMap((file) => ["-f", file]);
    const global = ["--project-directory", target.directory, ...envFile, "-p", target.stack, ...files];
    return inDirectory(target, global, ["config", "--format", "json"]);
}

/** Checks the model alone, as the stack's user would see it. Prints nothing but mistakes. */
export function composeValidate(target: ComposeTarget): Command {
    return inDirectory(target, ["--project-directory", target.directory, "-p", target.stack], ["config", "--quiet"]);
}

export interface ComposeBuild extends ComposeTarget {
    /** The compose file's folder in the worktree. */
    readonly directory: string;
    /** Absolute paths, the base first. */
    readonly files: readonly string[];
    /** The file of `tagFile`, outside the worktree. */
    readonly tagFile: string;
    /** The stack's own `.env`, where it has one. */
    readonly envFile?: string | undefined;
    readonly services: readonly string[];
    readonly buildArgs?: readonly BuildArgument[] | undefined;
    /** Pushes what is built instead of loading it: images of several platforms. */
    readonly push?: boolean | undefined;
}

/** Builds services in a worktree, under the stack's real project name (it stands in the images' labels). */
export function composeBuild(build: ComposeBuild): Command {
    const environment = build.environment ?? {};
    const args = buildArgFlags(build.buildArgs ?? [], environment);
    const envFile = build.envFile === undefined ? [] : ["--env-file", build.envFile];
    const files = [...build.files, build.tagFile].flatMap((file) => ["-f", file]);
    const global = [
        "--progress",
        "plain",
        "--project-directory",
        build.directory,
        ...envFile,
        "-p",
        build.stack,
        ...files,
    ];
    return inDirectory({ ...build, environment: { ...environment, ...args.environment } }, global, [
        "build",
        ...(build.push ? ["--push"] : []),
        ...args.flags,
        "--",
        ...build.services,
    ]);
}

export interface ComposeUp extends ComposeTarget {
    readonly service: string;
    /** Recreate although Compose sees no difference. */
    readonly force?: boolean | undefined;
}

/**
 * Brings one service up as the files in the stack's directory say. Never builds, never pulls: images are there before.
 * No `-f` and no `--no-deps`: both would change what a later bare `docker compose up -d` sees.
 */
export function composeUp(up: ComposeUp): Command {
    const force = up.force ? ["--force-recreate"] : [];
    const flags = ["-d", "--no-build", "--pull", "never", ...force];
    return inDirectory(up, ["--progress", "plain", "-p", up.stack], ["up", ...flags, "--", up.service]);
}

/** Pulls the images of these services that are missing here (`missing`) or all of them (`always`). */
export function composePull(
    target: ComposeTarget & { readonly services: readonly string[]; readonly policy: "missing" | "always" },
): Command {
    const flags = ["--policy", target.policy];
    return inDirectory(
        target,
        ["--progress", "plain", "-p", target.stack],
        ["pull", ...flags, "--", ...target.services],
    );
}

/** Stops containers and keeps them; all services where none is named. */
export function composeStop(target: ComposeTarget & { readonly services?: readonly string[] | undefined }): Command {
    return onServices(target, "stop");
}

/** Restarts containers as they are; all services where none is named. */
export function composeRestart(target: ComposeTarget & { readonly services?: readonly string[] | undefined }): Command {
    return onServices(target, "restart");
}

/** What a button of the host's page runs on a stack that is not on this machine. */
export function composeWords(target: ComposeTarget, words: readonly string[]): Command {
    return inDirectory(target, ["--progress", "plain", "-p", target.stack], words);
}

/** Stops and removes the containers and networks; volumes stay. */
export function composeDown(target: ComposeTarget): Command {
    return inDirectory(target, ["--progress", "plain", "-p", target.stack], ["down", "--remove-orphans"]);
}

function onServices(
    target: ComposeTarget & { readonly services?: readonly string[] | undefined },
    verb: "stop" | "restart",
): Command {
    const services = target.services ?? [];
    const named = services.length > 0 ? ["--", ...services] : [];
    return inDirectory(target, ["--progress", "plain", "-p", target.stack], [verb, ...named]);
}

function inDirectory(target: ComposeTarget, global: readonly string[], verb: readonly string[]): Command {
    return {
        argv: ["docker", "compose", ...global, ...verb],
        directory: target.directory,
        // Compose files like to say ${PWD}; a shell in the stack's directory would set it too.
        environment: { PWD: target.directory, ...target.environment },
    };
}
