import request from "supertest";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cicdHandlers } from "../../../../backend/cicd/socket/events.ts";
import { pipelineJsonSchema } from "../../../../common/schema/pipeline-json-schema.ts";
import { admin } from "../../../support/edge.ts";
import { newPipeline } from "../../../support/pipelines.ts";
import { newBuildConfig, newDeployment, newRepository } from "../../../support/records.ts";
import { createRestApp } from "../../../support/rest-app.ts";

const socket = { caller: admin, socketId: "s1", emit: () => undefined, onDisconnect: () => undefined };

const Picture = z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.unknown() });

async function createConnected() {
    const app = await createRestApp();
    const repository = await app.stores.repositories.save(newRepository());
    await app.stores.buildConfigs.save(newBuildConfig({ repositoryId: repository.id }));
    const badge = await app.services.findBadge("web");
    /** Pictures are answered as bytes. */
    const shown = async (query = "") => {
        const answer = Picture.parse(await request(app.app).get(`${badge}${query}`));
        return { ...answer, text: answer.body instanceof Buffer ? answer.body.toString() : "" };
    };
    return { ...app, badge, shown };
}

describe("a pipeline's file", () => {
    it("is read with the right to read", async () => {
        const { call, services } = await createConnected();
        const file = { path: "pipeline.yml", text: null, commitSha: "a".repeat(40) };

        expect(await call("get", "/stacks/web/pipelines/file", { token: "reader" })).toMatchObject({
            status: 200,
            body: file,
        });
        expect(await call("get", "/stacks/other/pipelines/file")).toMatchObject({ status: 404 });
        expect(await cicdHandlers(services).getPipelineFile(["web"], socket)).toEqual({ file });
    });

    it("is checked with the right to read", async () => {
        const { call, services } = await createConnected();
        const body = { text: "unit: { script: x }" };
        const checked = { plan: null, mistakes: [{ file: "pipeline.yml", line: 1, message: "unit has no image" }] };

        expect(await call("post", "/stacks/web/pipelines/validate", { token: "reader", body })).toMatchObject({
            status: 200,
            body: checked,
        });
        expect(await call("post", "/stacks/web/pipelines/validate", { body: { path: "x" } })).toMatchObject({
            status: 400,
        });
        expect(await cicdHandlers(services).validatePipeline(["web", body], socket)).toMatchObject({ checked });
    });
});

it("the JSON Schema of pipelines is there for everybody", async () => {
    const { call } = await createRestApp();

    const { status, headers, text } = await call("get", "/pipeline-schema", { token: "" });

    expect({ status, type: headers["content-type"] }).toEqual({
        status: 200,
        type: "application/schema+json; charset=utf-8",
    });
    expect(JSON.parse(text)).toEqual(pipelineJsonSchema());
});

describe("a stack's badge", () => {
    it("has no address where the stack is not connected", async () => {
        expect(await (await createRestApp()).services.findBadge("web")).toBe("");
    });

    it("is a picture for everybody who knows its address, and is not kept", async () => {
        const { badge, shown } = await createConnected();

        const { status, headers } = await shown();

        expect(badge).toMatch(/^\/api\/v1\/badges\/[0-9a-f]{32}\.svg$/);
        expect(status).toBe(200);
        expect(headers).toMatchObject({
            "content-type": "image/svg+xml; charset=utf-8",
            "cache-control": "no-cache, no-store, must-revalidate, max-age=0",
            "content-security-policy": "default-src 'none'",
        });
    });

    it("is not found by guessing, and says nothing then", async () => {
        const { call } = await createConnected();
        const guesses = ["0".repeat(32), "x", "..%2f", "web"];

        const answers = await Promise.all(guesses.map((guess) => call("get", `/badges/${guess}.svg`, { token: "" })));

        expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
        expect(answers[0]?.status).toBe(404);
    });

    it("shows the newest run of a branch that was not cancelled", async () => {
        const { stores, shown } = await createConnected();
        const end = async (branch: string, status: "success" | "failed" | "cancelled") => {
            const { id } = await stores.pipelines.create(newPipeline({ branch }));
            await stores.pipelines.update(id, { status });
        };
        await end("main", "failed");
        await end("main", "cancelled");
        await end("dev", "success");
        await stores.pipelines.create(newPipeline({ branch: "new" }));

        expect((await shown()).text).toContain("pipeline: failing");
        expect((await shown("?branch=dev")).text).toContain("pipeline: passing");
        expect((await shown("?branch=new")).text).toContain("pipeline: running");
        expect((await shown("?branch=none")).text).toContain("deployment: unknown");
        expect((await shown("?branch=<script>")).status).toBe(400);
    });

    it("shows the newest deployment where a branch has no runs", async () => {
        const { stores, shown } = await createConnected();
        const { id } = await stores.deployments.create(newDeployment());
        await stores.deployments.transition(id, "pending", "failed");

        expect((await shown()).text).toContain("deployment: failing");
    });
});
