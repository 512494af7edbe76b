import type { GitCall, GitRemote, RemoteRefs } from "../../core/git.ts";
import type { GitContext } from "./context.ts";
import { remoteFailure } from "./redirect.ts";

/** Branches, tags (peeled to their commits) and the default branch of a remote; nothing is stored. */
export async function listRemote(context: GitContext, remote: GitRemote, call: GitCall): Promise<RemoteRefs> {
    const args = ["ls-remote", "--symref", "--", remote.url, "HEAD", "refs/heads/*", "refs/tags/*"];
    const result = await context.runRemote(remote, args, call);
    if (result.exitCode !== 0) {
        throw await remoteFailure(context, remote, result.stderrTail, call);
    }
    return parseRefs(result.stdout);
}

/** Reads what `git ls-remote --symref` writes. */
export function parseRefs(output: string): RemoteRefs {
    const rows = output.split("\n").flatMap((line) => {
        const [value, name] = line.split("\t");
        return value === undefined || name === undefined ? [] : [{ value, name }];
    });
    const commits = new Map(rows.filter((row) => !row.value.startsWith("ref: ")).map((row) => [row.name, row.value]));
    const symbolic = rows
        .find((row) => row.name === "HEAD" && row.value.startsWith("ref: "))
        ?.value.slice("ref: ".length);
    const branches = under(commits, "refs/heads/");
    return {
        branches,
        tags: under(commits, "refs/tags/").filter((tag) => !tag.name.endsWith("^{}")),
        defaultBranch: stripHeads(symbolic) ?? sameCommit(branches, commits.get("HEAD")) ?? branches[0]?.name ?? "main",
    };
}

function under(commits: ReadonlyMap<string, string>, prefix: string) {
    return [...commits]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, commit]) => ({ name: name.slice(prefix.length), commit: commits.get(`${name}^{}`) ?? commit }));
}

function stripHeads(ref: string | undefined): string | undefined {
    return ref?.startsWith("refs/heads/") === true ? ref.slice("refs/heads/".length) : undefined;
}

function sameCommit(branches: RemoteRefs["branches"], commit: string | undefined): string | undefined {
    return branches.find((branch) => branch.commit === commit)?.name;
}
