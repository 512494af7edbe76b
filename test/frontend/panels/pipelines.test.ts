import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import LogRow from "../../../frontend/src/components/LogRow.vue";
import { registerIcons } from "../../../frontend/src/icons.ts";
import PipelinesPanel from "../../../frontend/src/panels/pipeline/PipelinesPanel.vue";
import { button } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { mountPage } from "../support/mount-page.ts";
import { logLine, minutesAgo, repository } from "../support/page-fixtures.ts";
import { pipelineRun } from "../support/pipeline-fixtures.ts";

beforeAll(registerIcons);

const badge = "/api/badges/repo1.svg";
const runs = [
    pipelineRun("p2"),
    pipelineRun("p1", { status: "success", branch: "prices", createdAt: minutesAgo(60), duration: 312 }),
];

async function open(pipelines = runs, branches = ["main", "prices"]) {
    const page = await mountConnected(PipelinesPanel, {
        props: { stackName: "shop", repository },
        answers: {
            getPipelines: { pipelines, nextCursor: null, branches, badge },
            runPipeline: { pipeline: pipelineRun("p9") },
        },
    });
    const asked = () => page.transport.sentAs("getPipelines").map(({ args }) => args);
    const rows = () => page.wrapper.findAll("article").map((row) => row.text());
    return { ...page, asked, rows };
}

describe("a stack's pipelines", () => {
    it("are listed with status, branch, duration, and how the jobs of each stage went", async () => {
        const { wrapper, rows } = await open();

        expect(rows()).toEqual([
            expect.stringMatching(/running.*9f2c1e7.*Show prices.*main.*push.*2 minutes ago/s),
            expect.stringMatching(/passed.*prices.*1 hour ago.*5 m 12 s/s),
        ]);
        const [first] = wrapper.findAll("article");
        expect(first?.findAll(".dot-stage").map((stage) => stage.attributes("aria-label"))).toEqual([
            "build: 2 passed",
            "test: 1 passed, 1 running, 1 failed, may fail",
            "release: 2 queued, 1 manual",
        ]);
        expect(first?.findAll(".dot")[3]?.attributes("title")).toBe("test · unit [20]: running");
        expect(first?.find("a[href*=pipeline]").exists()).toBe(true);
    });

    it("are those of a branch when one is chosen", async () => {
        const { wrapper, transport, asked, rows } = await open();

        await wrapper.get(".branch-choice").setValue("prices");
        await flushPromises();
        transport.push("pipelineUpdate", { pipeline: pipelineRun("p8", { branch: "main", commitMessage: "other" }) });
        transport.push("pipelineUpdate", { pipeline: pipelineRun("p9", { branch: "prices", commitMessage: "mine" }) });
        transport.push("pipelineUpdate", { pipeline: pipelineRun("p7", { stackId: "else", branch: "prices" }) });
        await flushPromises();

        expect(asked().map((args) => args[3])).toEqual([undefined, "prices"]);
        expect(rows()).toHaveLength(3);
        expect(rows().filter((row) => row.includes("mine"))).toHaveLength(1);
    });

    it("come page by page, and new branches are offered", async () => {
        const { wrapper, transport, asked, rows } = await open();
        transport.answerAll("getPipelines", ([, , after]) => ({
            ok: true,
            pipelines: after === null ? runs : [pipelineRun("p0", { createdAt: minutesAgo(900) })],
            nextCursor: after === null ? "p1" : null,
            branches: ["main", "prices"],
            badge,
        }));
        await wrapper.get(".branch-choice").setValue("main");
        await flushPromises();

        await button(wrapper, "Show more").trigger("click");
        await flushPromises();
        transport.push("pipelineUpdate", { pipeline: pipelineRun("p5", { branch: "new" }) });
        await flushPromises();

        expect(asked().at(-1)).toEqual(["shop", 10, "p1", "main"]);
        expect(rows()).toHaveLength(3);
        expect(wrapper.findAll(".branch-choice option").map((one) => one.text())).toContain("new");
    });

    it.each([
        ["the stack's branch by itself", "branch", "", { branch: "main" }],
        ["another branch", "branch", "prices", { branch: "prices" }],
        ["a tag", "tag", "v2", { tag: "v2" }],
    ])("are started for %s", async (_what, kind, name, request) => {
        const { wrapper, transport, router } = await open();
        await wrapper.get(".run-kind").setValue(kind);
        await wrapper.get(".run-name").setValue(name);

        await wrapper.get("form").trigger("submit");
        await flushPromises();

        expect(transport.sentAs("runPipeline").map(({ args }) => args)).toEqual([["shop", request]]);
        expect(router.currentRoute.value.name).toBe("pipeline");
    });

    it("are not started for a tag without a name", async () => {
        const { wrapper, transport } = await open();
        await wrapper.get(".run-kind").setValue("tag");

        await wrapper.get("form").trigger("submit");

        expect(transport.sentAs("runPipeline")).toEqual([]);
    });

    it("have a badge, as a picture and as Markdown", async () => {
        const { wrapper } = await open();

        await button(wrapper, "Badge").trigger("click");

        expect(wrapper.get("img").attributes("src")).toBe(`${badge}?v=p2-running`);
        const { origin } = location;
        expect(wrapper.get<HTMLInputElement>("input[readonly]").element.value).toBe(
            `[![pipeline](${origin}${badge})](${origin}/compose/shop)`,
        );
    });

    it("say what they are good for where there is none", async () => {
        const { wrapper } = await open([], []);

        expect(wrapper.text()).toMatch(/No pipeline has run yet.*says what runs in containers/s);
        expect(wrapper.find(".branch-choice").exists()).toBe(false);
        expect(wrapper.get("a").text()).toBe("Pipeline file");
    });
});

describe("a line of a pipeline in a deployment's log", () => {
    it("says which job it is of, unless all lines are of one", () => {
        const line = { ...logLine(3), phase: "pipeline" as const, job: "unit [18]" };
        const shown = { line, query: "", current: false, phaseStart: false };

        expect(
            mountPage(LogRow, { ...shown, named: true })
                .get(".log-job")
                .text(),
        ).toBe("unit [18]");
        expect(mountPage(LogRow, shown).find(".log-job").exists()).toBe(false);
        expect(
            mountPage(LogRow, { ...shown, named: true, line: logLine(3) })
                .find(".log-job")
                .exists(),
        ).toBe(false);
    });
});
