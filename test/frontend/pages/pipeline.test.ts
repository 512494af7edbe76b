import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { PipelineRun } from "../../../common/schema/pipeline-run.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import DeploymentPage from "../../../frontend/src/pages/DeploymentPage.vue";
import PipelinePage from "../../../frontend/src/pages/PipelinePage.vue";
import DeploymentPipeline from "../../../frontend/src/panels/pipeline/DeploymentPipeline.vue";
import { button } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { deployment, logLine, repository } from "../support/page-fixtures.ts";
import { eightJobs, job, pipelineRun } from "../support/pipeline-fixtures.ts";

beforeAll(registerIcons);

const running = pipelineRun("p1");
const failed = pipelineRun("p1", {
    status: "failed",
    duration: 63,
    error: "unit [20] failed: exit code 1",
    jobs: eightJobs.map((one) =>
        one.name === "unit [20]" ? { ...one, status: "failed", duration: 3, exitCode: 1, error: "Exit code 1." } : one,
    ),
});

async function open(run: PipelineRun = running) {
    const page = await mountConnected(PipelinePage, {
        props: { id: "p1" },
        answers: {
            getPipeline: { pipeline: run },
            getGitRepository: { repository },
            subscribeJobLog: { lines: [{ ...logLine(1), phase: "pipeline", job: "compile", text: "$ npm ci" }] },
            unsubscribeJobLog: {},
            startJob: { pipeline: run },
            cancelPipeline: { pipeline: run },
            retryPipeline: { pipeline: pipelineRun("p2") },
            runPipeline: { pipeline: pipelineRun("p3") },
            triggerBuild: { deployment: deployment("d9") },
        },
    });
    const box = (name: string) => page.wrapper.get(`[data-job="${name}"]`);
    const logs = () => page.transport.sentAs("subscribeJobLog").map(({ args }) => args[0]);
    const press = async (name: string) => {
        await button(page.wrapper, name).trigger("click");
        await flushPromises();
    };
    const route = () => page.router.currentRoute.value;
    return { ...page, box, logs, press, route };
}

describe("the page of a pipeline", () => {
    it("says what it is, and of every job how it stands in words", async () => {
        const { wrapper, box } = await open();

        expect(wrapper.get("h1").text()).toMatch(/running.*shop.*9f2c1e7/s);
        expect(wrapper.text()).toMatch(/Show prices with two decimals.*Ada Lovelace.*main.*push.*2 minutes ago/s);
        expect(wrapper.text()).not.toContain("Rounding");
        expect(box("compile").text()).toMatch(/compile.*passed.*1 m 14 s/s);
        expect(box("unit [20]").text()).toMatch(/running.*1 m 18 s.*try 2/s);
        expect(box("browser").text()).toMatch(/failed, may fail.*after compile/s);
        expect(box("announce").text()).toMatch(/queued.*after package/s);
        expect(wrapper.findAll(".pipeline-lines .need")).toHaveLength(3);
    });

    it("shows the log of the run until a job is chosen, then that job's, and what it left", async () => {
        const { wrapper, box, logs, press, route } = await open();
        expect(logs()).toEqual(["p1"]);
        expect(wrapper.get(".log-job").text()).toBe("compile");

        await box("compile").trigger("click");
        await flushPromises();

        expect(route().query).toEqual({ job: "compile" });
        expect(logs()).toEqual(["p1", "job-compile"]);
        expect(box("compile").attributes("aria-current")).toBe("true");
        expect(wrapper.find(".log-job").exists()).toBe(false);
        const panel = wrapper.get(".job-panel").text();
        expect(panel).toMatch(/Stage build.*node:20.*exit code 0.*Artifacts.*3 files, 184 kB.*kept until/s);
        await press("Show the 3 files");
        expect(wrapper.get(".job-panel").text()).toContain("dist/index.html");
        await press("Close compile");
        expect(wrapper.text()).toContain("Log of the run");
    });

    it("shows by itself why it failed", async () => {
        const { wrapper, logs } = await open(failed);

        expect(logs()).toEqual(["job-unit [20]"]);
        expect(wrapper.get(".job-panel").text()).toMatch(/unit \[20\].*failed.*exit code 1.*Exit code 1\./s);
        expect(wrapper.text()).toContain("unit [20] failed: exit code 1");
    });

    it("follows the run live", async () => {
        const { wrapper, transport, box } = await open();

        transport.push("pipelineUpdate", { pipeline: { ...failed, id: "p7" } });
        await flushPromises();
        expect(wrapper.get("h1").text()).toContain("running");
        transport.push("pipelineUpdate", { pipeline: failed });
        await flushPromises();

        expect(wrapper.get("h1").text()).toContain("failed");
        expect(box("unit [20]").text()).toContain("failed");
    });

    it("starts a manual job in its box or its panel, and not before it can be", async () => {
        const { wrapper, transport, box, press } = await open();
        await press("Start docs");
        expect(transport.sentAs("startJob").map(({ args }) => args)).toEqual([["job-docs"]]);
        await box("docs").trigger("click");
        await flushPromises();
        expect(wrapper.get(".job-panel").text()).toContain("It waits for somebody to start it.");
        await press("Start");
        expect(transport.sentAs("startJob")).toHaveLength(2);

        const jobs = eightJobs.map((one) => ({ ...one, canStart: false }));
        transport.push("pipelineUpdate", { pipeline: { ...running, jobs } });
        await flushPromises();

        expect(button(wrapper, "Start docs").attributes()).toHaveProperty("disabled");
        expect(button(wrapper, "Start").attributes()).toHaveProperty("disabled");
    });

    it("is cancelled while it runs", async () => {
        const { wrapper, transport, press } = await open();

        await press("Cancel");

        expect(transport.sentAs("cancelPipeline").map(({ args }) => args)).toEqual([["p1"]]);
        expect(wrapper.text()).not.toContain("Run again");
    });

    it("runs again: what failed, from a job on, or all of it", async () => {
        const { transport, press, route } = await open(failed);

        await press("Run failed jobs again");
        expect(route().name).toBe("pipeline");
        await press("Run again from here");
        await press("Run all again");

        expect(transport.sentAs("retryPipeline").map(({ args }) => args)).toEqual([["p1"], ["p1", "unit [20]"]]);
        const commit = failed.commitSha;
        expect(transport.sentAs("runPipeline").map(({ args }) => args)).toEqual([["shop", { branch: "main", commit }]]);
    });

    it("deploys again where it belonged to a deployment", async () => {
        const { wrapper, transport, press, route, logs } = await open({
            ...running,
            status: "success",
            deploymentId: "d1",
        });
        expect(wrapper.text()).toMatch(/The deployment that it belongs to.*Choose a job/s);
        expect(logs()).toEqual([]);

        await press("Run again");

        expect(transport.sentAs("triggerBuild")).toHaveLength(1);
        expect(route().name).toBe("deployment");
    });

    it("takes a taken-over job's log from where it ran", async () => {
        const { wrapper, box, logs } = await open({
            ...running,
            jobs: [job("compile", "build", "success", { reusedFrom: "old" })],
        });

        await box("compile").trigger("click");
        await flushPromises();

        expect(logs().at(-1)).toBe("old");
        expect(wrapper.text()).toContain("was not run again");
    });

    it("downloads artifacts with the login", async () => {
        const asked: [string, RequestInit | undefined][] = [];
        vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
            asked.push([path, init]);
            return new Response("bytes");
        });
        const { box, press } = await open();
        await box("compile").trigger("click");
        await flushPromises();

        const panel = "Download";
        await press(panel);
        vi.unstubAllGlobals();

        expect(asked.map(([path]) => path)).toEqual(["/api/v1/jobs/job-compile/artifacts"]);
        expect(asked[0]?.[1]?.headers).toHaveProperty("Authorization");
    });

    it("is gone through with the arrow keys", async () => {
        const { box } = await open();
        box("compile").element.dispatchEvent(new FocusEvent("focus"));

        await box("compile").trigger("keydown", { key: "ArrowRight" });
        expect(document.activeElement?.getAttribute("data-job")).toBe("unit [18]");
        await box("unit [18]").trigger("keydown", { key: "ArrowDown" });

        expect(document.activeElement?.getAttribute("data-job")).toBe("unit [20]");
    });
});

describe("a deployment's pipeline", () => {
    it("stands on its page, live, and its boxes lead to the jobs", async () => {
        const { wrapper, transport, router } = await mountConnected(DeploymentPipeline, {
            props: { pipelineId: "p1" },
            answers: { getPipeline: { pipeline: running } },
        });
        expect(wrapper.text()).toMatch(/Pipeline.*running.*build.*compile/s);

        transport.push("pipelineUpdate", { pipeline: failed });
        await flushPromises();
        expect(wrapper.text()).toContain("1 m 03 s");
        await wrapper.get("[data-job=lint]").trigger("click");
        await flushPromises();

        expect(router.currentRoute.value).toMatchObject({ name: "pipeline", query: { job: "lint" } });
    });

    it("appears as soon as it begins, for its own deployment alone", async () => {
        const { wrapper, transport } = await mountConnected(DeploymentPage, {
            props: { id: "d1" },
            answers: {
                getDeploymentDetails: { deployment: deployment("d1", { status: "building", phase: "pipeline" }) },
                getDeploymentHealth: { health: null },
                getDeploymentHistory: { deployments: [], nextCursor: null },
                getGitRepository: { repository },
                subscribeBuildLog: { lines: [] },
                getPipeline: { pipeline: running },
            },
        });

        transport.push("pipelineUpdate", { pipeline: { ...running, deploymentId: "d2" } });
        await flushPromises();
        expect(wrapper.find("[data-job]").exists()).toBe(false);
        transport.push("pipelineUpdate", { pipeline: { ...running, deploymentId: "d1" } });
        await flushPromises();

        expect(wrapper.findAll("[data-job]")).toHaveLength(8);
    });
});
