import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface WorkRepository {
    /** `file://` address of the bare repository. */
    readonly url: string;
    readonly bareDirectory: string;
    /** The clone that commits are made in. */
    readonly workDirectory: string;
    /** Writes files (`null` removes one), commits and pushes; answers the commit's hash. */
    commit(files: Readonly<Record<string, string | null>>, message: string, branch?: string): Promise<string>;
    git(...args: readonly string[]): Promise<string>;
    remove(): Promise<void>;
}

/** A bare repository with a clone to work in, as a developer has them. */
export async function createWorkRepository(): Promise<WorkRepository> {
    const root = await mkdtemp(join(tmpdir(), "cicd-git-"));
    const bareDirectory = join(root, "app.git");
    const work = join(root, "work");
    const environment = {
        ...process.env,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
        GIT_AUTHOR_NAME: "Ada",
        GIT_AUTHOR_EMAIL: "ada@example.org",
        GIT_COMMITTER_NAME: "Ada",
        GIT_COMMITTER_EMAIL: "ada@example.org",
    };

    async function git(...args: readonly string[]): Promise<string> {
        const { stdout } = await run("git", ["-C", work, ...args], { env: environment });
        return stdout.trim();
    }

    await run("git", ["init", "-q", "--bare", "-b", "main", bareDirectory]);
    await run("git", ["init", "-q", "-b", "main", work]);
    await git("remote", "add", "origin", bareDirectory);
    return {
        url: `file://${bareDirectory}`,
        bareDirectory,
        workDirectory: work,
        git,
        async commit(files, message, branch = "main") {
            const current = await git("symbolic-ref", "--short", "HEAD");
            if (current !== branch) {
                await git("checkout", "-q", "-B", branch);
            }
            for (const [path, content] of Object.entries(files)) {
                const file = join(work, path);
                if (content === null) {
                    await rm(file, { force: true });
                } else {
                    await mkdir(dirname(file), { recursive: true });
                    await writeFile(file, content);
                }
            }
            await git("add", "-A");
            await git("commit", "-q", "--allow-empty", "-m", message);
            await git("push", "-q", "origin", branch);
            return git("rev-parse", "HEAD");
        },
        async remove() {
            await rm(root, { recursive: true, force: true });
        },
    };
}
