import { mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { CleanUpReport, DiskUse } from "../../common/schema/disk.ts";
import type { Deployment } from "../../common/schema/deployment.ts";
import { containerOf, docker, removeStack } from "../support/docker.ts";
import { connectPage } from "../support/page-socket.ts";
import { createRest, type Rest } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { idleService } from "../support/small-app.ts";
import { createWorkRepository, type WorkRepository } from "../support/work-repository.ts";

const stack = `clean-${process.pid}`;
const mine = `mine-${process.pid}`;
const monthMilliseconds = 40 * 24 * 3600_000;

/** A stack that has been deployed a few times; each step stands on the one before. */
describe("cleaning up", () => {
    let server: TestServer;
    let rest: Rest;
    let repository: WorkRepository;
    const settings = { keepReleases: 2 };

    beforeAll(async () => {
        server = await startServer();
        rest = createRest(server);
        repository = await createWorkRepository();
        await repository.commit(filesOf("one"), "one");
        await rest.connect(stack, { url: repository.url, branch: "main" }, settings);
    });

    afterAll(async () => {
        await server.stop();
        await docker("rm", "-f", mine).catch(() => undefined);
        await docker("volume", "rm", "-f", mine).catch(() => undefined);
        await docker("rmi", "-f", `${mine}:1`).catch(() => undefined);
        await removeStack(stack);
        await repository.remove();
    });

    function filesOf(version: string, more = ""): Record<string, string> {
        const built = "  built:\n    build: ./built\n    init: true\n    stop_grace_period: 1s\n";
        return {
            "compose.yaml": `services:\n${idleService("web", more)}${built}`,
            "built/Dockerfile": `FROM cicd/busybox:1\nRUN echo ${version} ${stack} >/version\nCMD ["sleep", "1000"]\n`,
        };
    }

    const nameOf = ({ commitSha }: Pick<Deployment, "commitSha">): string => `${stack}-built:${commitSha}`;

    async function deployed(files: Record<string, string>, message: string): Promise<Deployment> {
        await repository.commit(files, message);
        return rest.ended((await rest.deploy(stack)).id);
    }

    async function tags(): Promise<readonly string[]> {
        const all = await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=${stack}-*`);
        return all.split("\n").filter((line) => line !== "");
    }

    async function clean(): Promise<CleanUpReport> {
        const { status, body } = await rest.call("POST", "/system/clean-up");
        expect(status).toBe(200);
        return CleanUpReport.parse(body);
    }

    const ours = (report: CleanUpReport, which: "removed" | "left") =>
        report[which].filter((item) => item.stack === stack).map(({ part, name }) => `${part} ${name}`);

    it("finds nothing where there is nothing to do, and touches neither stack nor strangers", async () => {
        const live = await rest.ended((await rest.deploy(stack)).id);
        expect(live).toMatchObject({ status: "successful" });
        const containers = [await containerOf(stack, "web"), await containerOf(stack, "built")];
        await docker("tag", nameOf(live), `${mine}:1`);
        await docker("volume", "create", mine);
        // Compose labels the images that it builds, and a container inherits that.
        const label = `com.docker.compose.project=${mine}`;
        const options = ["--name", mine, "--label", label, "-v", `${mine}:/data`, "--init"];
        await docker("run", "-d", ...options, nameOf(live), "sleep", "1000");

        const report = await clean();

        expect([...ours(report, "removed"), ...ours(report, "left")]).toEqual([]);
        expect([await containerOf(stack, "web"), await containerOf(stack, "built")]).toEqual(containers);
        expect(await tags()).toEqual([nameOf(live)]);
    });

    it("takes the name that a rebuild gave to an unchanged image, and what a failed build left", async () => {
        const [first] = await rest.history(stack);
        const unchanged = await deployed(filesOf("one", "    labels: {round: two}\n"), "two");
        expect(unchanged.status).toBe("successful");
        await rest.call("PUT", `/stacks/${stack}/build-config`, { ...settings, postBuildCommands: ["false"] });
        const failed = await deployed(filesOf("three"), "three");
        expect(failed.status).toBe("failed");
        await rest.call("PUT", `/stacks/${stack}/build-config`, settings);
        expect(new Set(await tags())).toEqual(new Set([first, unchanged, failed].map((row) => nameOf(row ?? failed))));
        const running = await containerOf(stack, "built");

        const report = await clean();

        expect(await tags()).toEqual([nameOf(first ?? failed)]);
        expect(new Set(ours(report, "removed"))).toEqual(
            new Set([`images ${nameOf(unchanged)}`, `images ${nameOf(failed)}`]),
        );
        expect(await containerOf(stack, "built")).toBe(running);
    });

    it("leaves a release that cannot go yet, and takes it once nothing uses it", async () => {
        const rows = (await rest.history(stack)).filter(({ status }) => status === "successful");
        const first = rows.at(-1);
        // Under a second name the engine would let the first one go.
        await docker("rmi", `${mine}:1`);
        const four = await deployed(filesOf("four"), "four");
        const five = await deployed(filesOf("five"), "five");
        expect([four.status, five.status]).toEqual(["successful", "successful"]);
        const report = await clean();
        const name = nameOf(first ?? four);
        expect(await tags()).toContain(name);
        expect(ours(report, "left")).toContain(`images ${name}`);
        expect(await docker("inspect", "-f", "{{.State.Running}}", mine)).toBe("true");

        await docker("rm", "-f", mine);
        const again = await clean();

        expect(ours(again, "removed")).toContain(`images ${name}`);
        expect(new Set(await tags())).toEqual(new Set([nameOf(four), nameOf(five)]));
        expect(await docker("volume", "ls", "-q", "--filter", `name=${mine}`)).toBe(mine);
        const kept = await readdir(join(server.dataDirectory, "cicd/releases"));
        expect(new Set(kept)).toEqual(new Set([four.id, five.id]));
    });

    it("keeps a rollback to the last good release possible", async () => {
        const [, four] = (await rest.history(stack)).filter(({ status }) => status === "successful");
        const { body } = await rest.call("POST", `/deployments/${four?.id}/rollback`);
        const { id } = z.object({ id: z.string() }).parse(body);

        expect(await rest.ended(id)).toMatchObject({ status: "successful", commitSha: four?.commitSha });
    });

    it("takes old copies and workspaces, not young ones", async () => {
        const old = new Date(Date.now() - monthMilliseconds);
        const directory = join(server.dataDirectory, "cicd");
        const copies = ["a", "b", "c", "d", "e", "f", "g"].map((name) => join(directory, "replaced", stack, name));
        const workspaces = ["old", "young"].map((name) => join(directory, "workspaces", `${stack}-${name}`));
        for (const [index, place] of [...copies, ...workspaces].entries()) {
            await mkdir(place, { recursive: true });
            await writeFile(join(place, "file"), "text");
            const at = place.endsWith("young") ? new Date() : new Date(old.getTime() - index * 1000);
            await utimes(place, at, at);
        }

        await clean();

        // The five newest, and the very first, which is what lay there before git.
        expect((await readdir(join(directory, "replaced", stack))).sort()).toEqual(["a", "b", "c", "d", "e", "g"]);
        expect(await readdir(join(directory, "workspaces"))).toEqual([`${stack}-young`]);
    });

    it("shows what takes the disk, here and on the page, with the last report", async () => {
        const { body } = await rest.call("GET", "/system/disk");
        const disk = DiskUse.parse(body);
        const parts = new Map(disk.parts.map((part) => [part.part, part]));
        for (const part of ["releases", "logs", "mirrors", "database", "images", "build_cache"] as const) {
            expect(parts.get(part)?.note).toBeUndefined();
            expect(parts.get(part)?.bytes).toBeGreaterThan(0);
        }
        const [local] = disk.machines;
        expect(local?.spaces.map(({ place }) => place)).toEqual(["data", "docker", "stacks"]);
        expect(disk.lastCleanUp?.by).toBe("admin");
        expect(disk.buildCacheLimitBytes).toBeUndefined();
        const page = await connectPage(server);
        expect(await page.agent("getDiskUse")).toMatchObject({ ok: true, disk: { parts: disk.parts } });
        expect(await page.agent("getDiskWarnings")).toMatchObject({ ok: true });
        expect(await page.agent("cleanUp")).toMatchObject({ ok: true, report: { by: "admin" } });
        page.close();
        expect((await stat(join(server.dataDirectory, "cicd/clean-up.json"))).mode & 0o777).toBe(0o600);
    });

    it("is for admins, its figures are for monitoring, too", async () => {
        const { body } = await rest.call("POST", "/tokens", { name: "watch", scopes: ["read"] });
        const { token } = z.object({ token: z.string() }).parse(body);
        const reader = createRest({ url: server.url, token });
        expect(await reader.call("POST", "/system/clean-up")).toMatchObject({ status: 403 });
        expect(await reader.call("GET", "/system/disk")).toMatchObject({ status: 200 });

        const health: unknown = await (await fetch(`${server.url}/healthz`)).json();
        expect(
            z.object({ disk: z.object({ ok: z.boolean(), low: z.array(z.string()) }) }).safeParse(health).success,
        ).toBe(true);
        const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
        expect(await metrics.text()).toMatch(/^cicd_disk_free_bytes\{machine="this machine",place="data"\} \d+/m);
    });
});
