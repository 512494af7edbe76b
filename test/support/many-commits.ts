import { spawn } from "node:child_process";
import { once } from "node:events";
import type { WorkRepository } from "./work-repository.ts";

/**
 * Adds so many commits to `main` at once and pushes them; each writes its number (from 1) into `number.txt`. Answers
 * their hashes, oldest first.
 */
export async function addCommits(repository: WorkRepository, count: number): Promise<readonly string[]> {
    const before = await repository.git("rev-parse", "main");
    const importing = spawn("git", ["-C", repository.workDirectory, "fast-import", "--quiet"], {
        stdio: ["pipe", "inherit", "inherit"],
    });
    const ended: Promise<unknown[]> = once(importing, "exit");
    const commits = Array.from({ length: count }, (_, index) =>
        commitText(index + 1, index === 0 ? before : undefined),
    );
    importing.stdin.end(commits.join(""));
    const [code] = await ended;
    if (code !== 0) {
        throw new Error(`git fast-import ended with ${String(code)}`);
    }
    await repository.git("push", "-q", "origin", "main");
    return (await repository.git("rev-list", "--reverse", `${before}..main`)).split("\n");
}

function commitText(number: number, from: string | undefined): string {
    const [message, content] = [`change ${number}`, `${number}\n`];
    return [
        "commit refs/heads/main",
        `committer Ada <ada@example.org> ${1_800_000_000 + number} +0000`,
        `data ${message.length}\n${message}`,
        ...(from === undefined ? [] : [`from ${from}`]),
        "M 100644 inline number.txt",
        `data ${content.length}\n${content}`,
    ].join("\n");
}
