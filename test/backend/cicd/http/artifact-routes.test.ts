import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { listen } from "../../../support/listen.ts";
import { newPipeline } from "../../../support/pipelines.ts";
import { createRestApp, type RestApp } from "../../../support/rest-app.ts";

const artifacts = { files: 1, bytes: 7, paths: ["dist/a"], expiresAt: "2026-02-07T12:00:00.000Z" };

describe("a job's artifacts over REST", () => {
    let rest: RestApp;
    let base: string;
    let jobId: string;
    beforeEach(async () => {
        rest = await createRestApp();
        const server = createServer(rest.app);
        base = await listen(server);
        onTestFinished(async () => {
            server.closeAllConnections();
            server.close();
            await once(server, "close");
        });
        jobId = await addJob({ name: "unit [18, pg]" });
        await mkdir(rest.artifacts, { recursive: true });
    });

    async function addJob(fields: { readonly name: string; readonly reusedFrom?: string }): Promise<string> {
        const { pipelines } = rest.stores;
        const { id } = await pipelines.create(newPipeline());
        const job = {
            stage: "test",
            image: "node:20",
            allowFailure: false,
            status: "success",
            artifacts,
            ...fields,
        } as const;
        await pipelines.begin(id, { stages: [], jobs: [], leftOut: [] }, [job], "2026-01-31T12:00:00.000Z");
        return (await pipelines.jobs([id])).get(id)?.[0]?.id ?? "";
    }

    function download(id: string, token = "reader"): Promise<Response> {
        return fetch(`${base}/api/v1/jobs/${id}/artifacts`, { headers: { authorization: `Bearer ${token}` } });
    }

    it("are sent as they are, to be saved by a name that says what they are", async () => {
        const content = Buffer.alloc(5 * 1024 * 1024, "gz");
        await writeFile(join(rest.artifacts, `${jobId}.tar.gz`), content);
        const response = await download(jobId);
        expect(response.status).toBe(200);
        expect(response.headers.get("content-type")).toBe("application/gzip");
        expect(response.headers.get("cache-control")).toBe("no-store");
        expect(response.headers.get("content-encoding")).toBeNull();
        expect(response.headers.get("content-disposition")).toBe("attachment; filename=web-unit-18-pg-01234567.tar.gz");
        expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    });

    it("of a job that was taken over from an earlier run are those of that one", async () => {
        await writeFile(join(rest.artifacts, `${jobId}.tar.gz`), "earlier");
        expect(await (await download(await addJob({ name: "again", reusedFrom: jobId }))).text()).toBe("earlier");
    });

    it("want a login", async () => {
        expect((await download(jobId, "")).status).toBe(401);
    });

    it.each([
        ["the job is unknown", async () => "unknown", "job: there is none with the id unknown"],
        [
            "it has none",
            async (id: string) => {
                await rest.stores.pipelines.updateJob(id, { artifacts: undefined });
                return id;
            },
            "artifacts: unit [18, pg] has none, or none any more",
        ],
        [
            "the archive is gone",
            async (id: string) => id,
            "artifacts: those of unit [18, pg] are not kept any more; run it again",
        ],
        [
            "they have expired",
            async (id: string) => {
                await writeFile(join(rest.artifacts, `${id}.tar.gz`), "old");
                rest.clock.advance(8 * 24 * 3600_000);
                return id;
            },
            "artifacts: those of unit [18, pg] are not kept any more; run it again",
        ],
    ])("are not found where %s", async (_, prepare, message) => {
        const response = await download(await prepare(jobId));
        expect(response.status).toBe(404);
        expect(response.headers.get("content-type")).toContain("application/json");
        expect(await response.text()).toContain(message);
        expect(rest.reported).toEqual([]);
    });

    it("may be given up in the middle", async () => {
        const path = join(rest.artifacts, `${jobId}.tar.gz`);
        await writeFile(path, Buffer.alloc(50 * 1024 * 1024));
        const response = await download(jobId);
        await response.body?.cancel();
        await rm(path);
        expect((await download(jobId)).status).toBe(404);
        expect(rest.reported).toEqual([]);
    });
});
