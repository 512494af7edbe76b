import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../../../backend/cicd/adapters/diff/unified-diff.ts";
import { diskMeter } from "../../../../backend/cicd/adapters/disk/disk-meter.ts";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import type { DeploymentRecord } from "../../../../backend/cicd/core/deployment.ts";
import type { CommitInfo } from "../../../../backend/cicd/core/git.ts";
import type { Release } from "../../../../backend/cicd/core/release.ts";
import { compareReleases } from "../../../../backend/cicd/services/compare-releases.ts";
import { listReleases } from "../../../../backend/cicd/services/list-releases.ts";
import { createMaskers } from "../../../../backend/cicd/services/maskers.ts";
import { releaseVariables } from "../../../../backend/cicd/services/run-environment.ts";
import { containing } from "../../../support/containing.ts";
import { plant, releaseFiles, type Tree } from "../../../support/release-files.ts";
import { beginRun, connect, deploymentAt, openWorkshop, release } from "../../../support/workshop.ts";

async function open() {
    const workshop = await openWorkshop();
    const { repository } = await connect(workshop, {
        environmentVariables: [{ name: "NOW", value: "secret-of-now", secret: true }],
    });
    const commits = new Map<string, readonly CommitInfo[]>();
    const ports = {
        ...workshop,
        files: diskFiles,
        diff: unifiedDiff,
        maskers: createMaskers(),
        meter: diskMeter,
        git: {
            ...workshop.git,
            commitsBetween: async (_remote: unknown, from: string, to: string) => commits.get(`${from} ${to}`),
        },
    };

    async function keep(tree: Tree, fields: Partial<Release> = {}): Promise<DeploymentRecord> {
        workshop.clock.advance(1000);
        const { commitSha = "b".repeat(40) } = fields;
        const row = await deploymentAt(workshop, "successful", { commitSha, repositoryId: repository.id });
        const folder = join(workshop.directory, "source", row.id);
        await plant(folder, tree);
        const createdAt = workshop.clock.now().toISOString();
        await workshop.releases.save(
            release({ deploymentId: row.id, createdAt, files: releaseFiles(tree), ...fields }),
            folder,
        );
        return row;
    }
    const compare = (from: DeploymentRecord, to: DeploymentRecord) =>
        compareReleases(ports, "shop", { from: from.id, to: to.id });
    const list = (limit = 50, cursor?: string) => listReleases(ports, "shop", { limit, cursor });
    return { ...ports, commits, keep, compare, list };
}

function commit(message: string): CommitInfo {
    return { sha: "c".repeat(40), message, author: "Ada", time: "2026-01-31T12:00:00.000Z" };
}

describe("comparing two releases", () => {
    it("shows how files differ, each in the words that fit it", async () => {
        const { keep, compare } = await open();
        const from = await keep({
            "gone.txt": "a\n",
            "link.conf": "-> gone.txt",
            "run.sh": "echo\n",
            "same.txt": "same\n",
            "sub/.env.prod": "A=1\n",
            "was-file": "text\n",
        });
        const to = await keep({
            "big.txt": "x".repeat(300_000),
            "link.conf": "-> same.txt",
            "new.txt": "n\n",
            "run.sh": "#!/bin/sh\n",
            "same.txt": "same\n",
            "sub/.env.prod": "A=2\n",
            "was-file": "-> new.txt",
        });

        const { files } = await compare(from, to);

        expect(files).toEqual([
            { path: "big.txt", kind: "added", note: "binary, or too large to be shown" },
            { path: "gone.txt", kind: "removed", diff: "@@ -1,1 +0,0 @@\n-a", note: undefined },
            { path: "link.conf", kind: "changed", note: "a symlink to gone.txt → a symlink to same.txt" },
            { path: "new.txt", kind: "added", diff: "@@ -0,0 +1,1 @@\n+n", note: undefined },
            { path: "run.sh", kind: "changed", diff: "@@ -1,1 +1,1 @@\n-echo\n+#!/bin/sh", note: undefined },
            {
                path: "sub/.env.prod",
                kind: "changed",
                note: "holds values of variables or secrets, which are not shown",
            },
            { path: "was-file", kind: "changed", note: "a file → a symlink to new.txt" },
        ]);
    });

    it("shows no text of files that are made to hold secrets", async () => {
        const { keep, compare } = await open();
        const key = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY-----\nMIIB\n-----END ${kind}PRIVATE KEY-----\n`;
        const compose = "services:\n  web:\n    image: a\nsecrets:\n  token:\n    file: ./conf/token.txt\n";
        const from = await keep({ "compose.yaml": compose, "conf/token.txt": "tok-1\n", "prod.env": "A=val-1\n" });
        const to = await keep({
            "compose.yaml": compose,
            "conf/token.txt": "tok-2\n",
            "prod.env": "A=val-2\n",
            "tls.pem": key("RSA "),
            id: key("OPENSSH "),
        });

        const { files } = await compare(from, to);

        expect(files.map(({ path, diff }) => [path, diff])).toEqual([
            ["conf/token.txt", undefined],
            ["id", undefined],
            ["prod.env", undefined],
            ["tls.pem", undefined],
        ]);
        expect(JSON.stringify(files)).not.toMatch(/tok-|val-|MIIB/);
    });

    it("masks the secrets of both releases, and those that the stack has now, everywhere", async () => {
        const { keep, compare, commits } = await open();
        const secret = (value: string) => ({ variables: [{ name: "S", value, secret: true }] });
        const [a, b] = ["a".repeat(40), "b".repeat(40)];
        const was = { "a.conf": "one-secret other-secret secret-of-now\n" };
        const from = await keep(was, { ...secret("one-secret"), commitSha: a, override: "x: one-secret\n" });
        const to = await keep({ "a.conf": "\n" }, { ...secret("other-secret"), commitSha: b, override: "x: y\n" });
        commits.set(`${a} ${b}`, [commit("leaks other-secret")]).set(`${b} ${a}`, []);

        const found = await compare(from, to);

        expect(JSON.stringify(found)).not.toMatch(/one-secret|other-secret|secret-of-now/);
        expect(found.files[0]?.diff).toContain("-*** *** ***");
        expect(found.override?.diff).toBe("@@ -1,1 +1,1 @@\n-x: ***\n+x: y");
        expect(found.commits).toMatchObject({
            added: [{ subject: "leaks ***", author: "Ada" }],
            removed: [],
            more: false,
        });
        expect(found.variables).toEqual({ added: [], removed: [], changed: ["S"] });
    });

    it("leaves out what every deployment sets by itself", async () => {
        const { keep, compare, ...workshop } = await open();
        const variables = async () =>
            releaseVariables(await beginRun(workshop, await deploymentAt(workshop, "building")), []);
        const changed = (await variables()).map((one) => ({ ...one, value: `${one.value} changed` }));
        const [from, to] = [await keep({}, { variables: await variables() }), await keep({}, { variables: changed })];

        expect((await compare(from, to)).variables).toEqual({ added: [], removed: [], changed: [] });
    });

    it("knows no commits where the mirror does not, or another repository is connected", async () => {
        const { keep, compare, commits, repositories } = await open();
        const [a, b] = ["a".repeat(40), "b".repeat(40)];
        const [from, to] = [await keep({}, { commitSha: a }), await keep({}, { commitSha: b })];
        expect((await compare(from, to)).commits).toBeUndefined();
        const many = Array.from({ length: 101 }, (_, index) => commit(`${index}`));
        commits.set(`${a} ${b}`, many).set(`${b} ${a}`, []);
        const known = (await compare(from, to)).commits;
        expect([known?.added.length, known?.more]).toEqual([100, true]);

        await repositories.delete("shop");

        expect((await compare(from, to)).commits).toBeUndefined();
    });

    it("lists a bounded number of files, and shows fewer", async () => {
        const { keep, compare } = await open();
        const tree = Object.fromEntries(Array.from({ length: 230 }, (_, index) => [`f${index}`, `${index}\n`]));
        const [from, to] = [await keep({}), await keep(tree)];

        const { files, moreFiles } = await compare(from, to);

        expect([files.length, moreFiles]).toEqual([200, 30]);
        expect(files.filter(({ diff }) => diff !== undefined)).toHaveLength(30);
    });

    it("is refused for a release that is not kept, or is another stack's", async () => {
        const { keep, compare } = await open();
        const own = await keep({});
        const other = await keep({}, { stackId: "other" });

        await expect(compare(own, other)).rejects.toMatchObject({
            code: "not_found",
            message: containing("list its releases first"),
        });
    });
});

describe("the list of releases", () => {
    it("tells which is live, when each went live last, and what it takes", async () => {
        const { keep, list, deployments, clock, ...workshop } = await open();
        const first = await keep({ a: "x".repeat(100_000) });
        const second = await keep({});
        clock.advance(1000);
        await deploymentAt({ ...workshop, deployments }, "successful", { previousDeploymentId: first.id });

        const { items, nextCursor } = await list();

        expect(items).toMatchObject([
            { deploymentId: second.id, live: false, branch: "main" },
            { deploymentId: first.id, live: true, deployedAt: clock.now().toISOString() },
        ]);
        const [small = 0, large = 0] = items.map(({ sizeBytes }) => sizeBytes);
        expect(small).toBeGreaterThan(0);
        expect(large - small).toBeGreaterThan(90_000);
        expect(nextCursor).toBeNull();
    });

    it("leaves out the copies that a preview makes for a moment", async () => {
        const { keep, list, releases, stackDirectory } = await open();
        const first = await keep({});
        await releases.save(release({ deploymentId: "copy-1", createdAt: "2027" }), stackDirectory);
        await releases.save(release({ deploymentId: "preview-1", createdAt: "2028" }), stackDirectory);

        expect(await list(1)).toMatchObject({ items: [{ deploymentId: first.id }], nextCursor: null });
    });

    it("comes in pages", async () => {
        const { keep, list } = await open();
        const first = await keep({});
        const second = await keep({});

        const page = await list(1);

        expect(page).toMatchObject({ items: [{ deploymentId: second.id }], nextCursor: second.id });
        expect(await list(1, second.id)).toMatchObject({ items: [{ deploymentId: first.id }], nextCursor: null });
    });
});
