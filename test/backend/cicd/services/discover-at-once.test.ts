import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Discovery } from "../../../../common/schema/discovery.ts";
import { createGit } from "../../../../backend/cicd/adapters/git/git.ts";
import { admin, createEdge } from "../../../support/edge.ts";
import { makeTestRepository } from "../../../support/test-repository.ts";

it("two that look into one repository at once do not take its mirror from each other, and leave none", async () => {
    const edge = await createEdge();
    const repository = makeTestRepository();
    repository.push({ "shop/compose.yaml": "services:\n  web: { image: a }\n" });
    const directory = await mkdtemp(join(tmpdir(), "git-data-"));
    onTestFinished(async () => {
        repository.remove();
        await rm(directory, { recursive: true, force: true });
    });
    const git = createGit({ directory, path: process.env["PATH"] ?? "", allowPrivateHosts: true, allowFile: true });
    const discover = () =>
        edge.services.discoverStacks({
            input: { url: repository.url },
            caller: admin,
            signal: new AbortController().signal,
        });
    const ended: Discovery[] = [];
    let asked = 0;
    Object.assign(edge.ports.git, git, {
        async listFiles(...given: Parameters<typeof git.listFiles>) {
            asked += 1;
            if (asked === 1) {
                ended.push(await discover());
            }
            return git.listFiles(...given);
        },
    });

    expect([await discover()]).toEqual(ended);
    expect((await readdir(directory)).filter((name) => name.endsWith(".git"))).toEqual([]);
});
