import type { Command } from "../core/target-host.ts";
import { type BuildArgument, buildArgFlags } from "./build-arg-flags.ts";
import { type BuildExtras, buildExtraFlags } from "./build-extras.ts";

export interface BuildxBuild {
    /** The worktree; Dockerfile and context are relative to it. */
    readonly directory: string;
    readonly dockerfile: string;
    readonly context: string;
    readonly tags: readonly string[];
    readonly buildArgs?: readonly BuildArgument[] | undefined;
    readonly environment?: Readonly<Record<string, string>> | undefined;
    /** The stage to build. */
    readonly target?: string | undefined;
    readonly extras?: BuildExtras | undefined;
    /** Pushes what is built instead of loading it: images of several platforms. */
    readonly push?: boolean | undefined;
}

/** Builds one image with BuildKit and loads it into the engine. */
export function buildxBuild(build: BuildxBuild): Command {
    const environment = build.environment ?? {};
    const args = buildArgFlags(build.buildArgs ?? [], environment);
    const tags = build.tags.flatMap((tag) => ["-t", tag]);
    const extras = build.extras === undefined ? [] : buildExtraFlags(build.extras);
    const target = build.target === undefined ? [] : [`--target=${build.target}`];
    const flags = [
        build.push ? "--push" : "--load",
        "--progress",
        "plain",
        "-f",
        asPath(build.dockerfile),
        ...tags,
        ...args.flags,
        ...target,
        ...extras,
    ];
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
