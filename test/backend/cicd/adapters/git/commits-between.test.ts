import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createGit } from "../../../../../backend/cicd/adapters/git/git.ts";
import { makeTestRepository } from "../../../../support/test-repository.ts";

const call = { signal: new AbortController().signal, timeoutSeconds: 20 };

async function open() {
    const repository = makeTestRepository();
    const data = mkdtempSync(join(tmpdir(), "git-data-"));
    onTestFinished(() => {
        repository.remove();
        rmSync(data, { recursive: true, force: true });
    });
    const directory = join(data, "repos");
    const path = process.env["PATH"] ?? "";
    const git = createGit({ directory, path, allowPrivateHosts: false, allowFile: true });
    const remote = { url: repository.url, authType: "none", allowPrivateHost: false } as const;
    const between = async (from: string, to: string, most = 100) =>
        (await git.commitsBetween(remote, from, to, most))?.map(({ message }) => message);
    const mirror = (): string => join(directory, readdirSync(directory).find((name) => name.endsWith(".git")) ?? "");
    return { repository, git, remote, between, mirror };
}

it("tells the commits that only one of two has, the newest first, by their subjects", async () => {
    const { repository, git, remote, between } = await open();
    const one = repository.push({ a: "1" }, { message: "one" });
    repository.push({ a: "2" }, { message: "two\n\nwith a body" });
    const three = repository.push({ a: "3" }, { message: "three" });
    repository.git("checkout", "--quiet", "-b", "side", one);
    const side = repository.push({ b: "1" }, { message: "side", branch: "side" });
    await git.fetch(remote, call);

    expect(await between(one, three)).toEqual(["three", "two"]);
    expect(await between(three, one)).toEqual([]);
    expect(await between(three, three)).toEqual([]);
    expect(await between(side, three)).toEqual(["three", "two"]);
    expect(await between(three, side)).toEqual(["side"]);
    expect(await between(one, three, 1)).toEqual(["three"]);
    const [commit] = (await git.commitsBetween(remote, one, three, 1)) ?? [];
    expect(commit?.sha).toBe(three);
    expect(commit?.author).not.toBe("");
    expect(Date.parse(commit?.time ?? "")).not.toBeNaN();
});

it("shows no control characters, and no more than a line of a message holds", async () => {
    const { repository, git, remote, between } = await open();
    const one = repository.push({ a: "1" }, { message: "one" });
    const two = repository.push({ a: "2" }, { message: `\u001b[31mred ${"x".repeat(100_000)}` });
    await git.fetch(remote, call);

    const [subject = ""] = (await between(one, two)) ?? [];

    expect(subject).toMatch(/^\[31mred x+/);
    expect(subject.length).toBeLessThan(1000);
});

it("does not know of commits that are not in the mirror, or are no hashes", async () => {
    const { repository, git, remote, between } = await open();
    const one = repository.push({ a: "1" });
    expect(await between(one, one)).toBeUndefined();
    await git.fetch(remote, call);

    expect(await between(one, "f".repeat(40))).toBeUndefined();
    expect(await between("", one)).toBeUndefined();
    expect(await between("--all", one)).toBeUndefined();
});

it("does not guess where the end of a shallow mirror lies between the two", async () => {
    const { repository, git, remote, between, mirror } = await open();
    const one = repository.push({ a: "1" });
    repository.push({ a: "2" });
    const three = repository.push({ a: "3" });
    await git.fetch(remote, call);
    execFileSync("git", ["--git-dir", mirror(), "fetch", "--quiet", "--depth=1", repository.url, "main"]);

    expect(await between(one, three)).toBeUndefined();
});
