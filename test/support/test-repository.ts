import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A bare repository to fetch from, with a clone to commit in. */
export interface TestRepository {
    /** Folder that holds `app.git`; to be served by a git server. */
    readonly root: string;
    readonly bare: string;
    /** `file://` address of the bare repository. */
    readonly url: string;
    /** Writes files, commits and pushes them to a branch; answers the commit's hash. `null` removes a file. */
    push(files: Readonly<Record<string, string | null>>, options?: { message?: string; branch?: string }): string;
    /** Runs git in the clone and answers its output. */
    git(...args: string[]): string;
    remove(): void;
}

const identity = {
    GIT_AUTHOR_NAME: "Ada Lovelace",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada Lovelace",
    GIT_COMMITTER_EMAIL: "ada@example.org",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
};

/** `beside` puts it into another one's folder, under a name of its own. */
export function makeTestRepository(beside?: { readonly root: string; readonly name: string }): TestRepository {
    const root = beside?.root ?? mkdtempSync(join(tmpdir(), "git-remote-"));
    const bare = join(root, `${beside?.name ?? "app"}.git`);
    const clone = join(root, beside === undefined ? "clone" : `${beside.name}-clone`);
    const environment = { PATH: process.env["PATH"], HOME: root, ...identity };
    const run = (directory: string, args: readonly string[]): string =>
        execFileSync("git", args, { cwd: directory, env: environment, encoding: "utf8", stdio: "pipe" }).trim();
    run(root, ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
    run(root, ["init", "--quiet", "--initial-branch=main", clone]);
    run(clone, ["remote", "add", "origin", bare]);

    return {
        root,
        bare,
        url: `file://${bare}`,
        git: (...args) => run(clone, args),
        push(files, { message = "change", branch = "main" } = {}) {
            for (const [path, content] of Object.entries(files)) {
                writeOrRemove(join(clone, path), content);
            }
            run(clone, ["add", "--all"]);
            run(clone, ["commit", "--quiet", "--allow-empty", "--message", message]);
            run(clone, ["push", "--quiet", "--force", "origin", `HEAD:refs/heads/${branch}`]);
            return run(clone, ["rev-parse", "HEAD"]);
        },
        remove: () => rmSync(root, { recursive: true, force: true }),
    };
}

function writeOrRemove(path: string, content: string | null): void {
    if (content === null) {
        rmSync(path, { force: true });
        return;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    if (path.endsWith(".sh")) {
        chmodSync(path, 0o755);
    }
}
