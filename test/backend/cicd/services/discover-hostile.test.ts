import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createGit } from "../../../../backend/cicd/adapters/git/git.ts";
import { admin, createEdge } from "../../../support/edge.ts";
import { containing } from "../../../support/containing.ts";
import { makeTestRepository } from "../../../support/test-repository.ts";

const compose = "services:\n  web: { image: a }\n";

/** A commit in the form of `git fast-import`, with 100,000 files and every kind of entry at a compose file's place. */
function hostileCommit(): string {
    const blob = (mark: number, text: string): string => `blob\nmark :${mark}\ndata ${text.length}\n${text}\n`;
    const entries = [
        "M 100644 :1 shop/compose.yaml",
        "M 120000 :2 out/compose.yaml",
        "M 120000 :3 inside/compose.yaml",
        `M 160000 ${"c".repeat(40)} submodule/compose.yaml`,
        'M 100644 :1 "new\\nline/compose.yaml"',
        "M 100644 :1 -rf/compose.yaml",
        "M 100644 :1 日本/compose.yaml",
        "M 100644 :1 Shop/compose.yaml",
        "M 100644 :4 huge/compose.yaml",
        ...Array.from({ length: 100_000 }, (_, index) => `M 100644 :1 many/${index % 300}/file-${index}.txt`),
    ];
    const message = "data 7\nhostile\n";
    const head = `commit refs/heads/main\ncommitter Ada <ada@example.org> 1700000000 +0000\n${message}`;
    const blobs = [blob(1, compose), blob(2, "/etc/passwd"), blob(3, "../shop/compose.yaml"), blob(4, "#".repeat(9e6))];
    return `${blobs.join("")}${head}${entries.join("\n")}\n`;
}

it("looks into a hostile repository of 100,000 files without a checkout, in bounded time", async () => {
    const repository = makeTestRepository();
    const data = mkdtempSync(join(tmpdir(), "discover-data-"));
    onTestFinished(() => {
        repository.remove();
        rmSync(data, { recursive: true, force: true });
    });
    execFileSync("git", ["fast-import", "--quiet", "--force"], { cwd: repository.bare, input: hostileCommit() });
    const edge = await createEdge();
    const path = process.env["PATH"] ?? "";
    const git = createGit({ directory: join(data, "repos"), path, allowPrivateHosts: false, allowFile: true });
    Object.assign(edge.ports.git, git);
    const start = performance.now();

    const { folders } = await edge.services.discoverStacks({
        input: { url: repository.url },
        caller: admin,
        signal: new AbortController().signal,
    });

    expect(performance.now() - start).toBeLessThan(15_000);
    const unreadable = { services: [], problem: containing("it cannot be read") };
    const found = new Map(folders.map((folder) => [folder.folder, folder]));
    expect(found.get("shop")).toMatchObject({ services: ["web"], suggestedStack: "shop-2" });
    expect(found.get("Shop")).toMatchObject({ services: ["web"], suggestedStack: "shop" });
    expect(found.get("inside")).toMatchObject({ services: ["web"], blocked: false });
    expect(found.get("out")).toMatchObject(unreadable);
    expect(found.get("submodule")).toMatchObject(unreadable);
    expect(found.get("new\nline")).toMatchObject(unreadable);
    expect(found.get("-rf")).toMatchObject({ blocked: true, suggestedStack: "rf" });
    expect(found.get("huge")).toMatchObject({ services: [], problem: containing("larger than 64 KB") });
    expect(found.get("日本")).toMatchObject({ services: ["web"], suggestedStack: "stack" });
    expect(folders).toHaveLength(9);
}, 60_000);
