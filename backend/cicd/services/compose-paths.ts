import type { Git, GitRemote } from "../core/git.ts";

const composeName = /^(docker-)?compose([.-][\w.-]+)?\.ya?ml$/;
const override = /\.override\.ya?ml$/;
const plainNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const most = 100;

/** The compose files among a commit's paths, the likeliest first: near the root, and with a plain name. */
export function composePathsOf(files: readonly string[]): readonly string[] {
    return files
        .filter((path) => composeName.test(nameOf(path)) && !override.test(path))
        .toSorted((a, b) => depthOf(a) - depthOf(b) || rankOf(a) - rankOf(b) || a.localeCompare(b))
        .slice(0, most);
}

/** Looks for compose files at the tip of a branch. Throws what git throws. */
export async function findComposePaths(
    git: Git,
    remote: GitRemote,
    branch: string,
    signal: AbortSignal,
): Promise<readonly string[]> {
    await git.fetch(remote, { signal, timeoutSeconds: 60 });
    const commit = await git.resolve(remote, { branch }, undefined);
    return composePathsOf(await git.listFiles(remote, commit.sha));
}

function nameOf(path: string): string {
    return path.slice(path.lastIndexOf("/") + 1);
}

function depthOf(path: string): number {
    return path.split("/").length;
}

function rankOf(path: string): number {
    const index = plainNames.indexOf(nameOf(path));
    return index === -1 ? plainNames.length : index;
}
