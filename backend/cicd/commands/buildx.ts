import type { Command } from "../core/target-host.ts";
import { type BuildArgument, buildArgFlags } from "./build-arg-flags.ts";

export interface BuildxBuild {
    /** The worktree; Dockerfile and context are relative to it. */
    readonly directory: string;
    readonly dockerfile: string;
    readonly context: string;
    readonly tags: readonly string[];
    readonly buildArgs?: readonly BuildArgument[] | undefined;
    readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Builds one image with BuildKit and loads it into the engine. */
export function buildxBuild(build: BuildxBuild): Command {
    const environment = build.environment ?? {};
    const args = buildArgFlags(build.buildArgs ?? [], environment);
    const tags = build.tags.flatMap((tag) => ["-t", tag]);
    const flags = ["--load", "--progress", "plain", "-f", asPath(build.dockerfile), ...tags, ...args.flags];
    return {
        argv: ["docker", "buildx", "build", ...flags, "--", asPath(build.context)],
        directory: build.directory,
        environment: { ...environment, ...args.environment },
    };
}

/** `./` in front keeps a path from being read as an option, a URL, or standard input. */
function asPath(path: string): string {
    return path.startsWith("/") || path.startsWith("./") || path === "." ? path : `./${path}`;
}
