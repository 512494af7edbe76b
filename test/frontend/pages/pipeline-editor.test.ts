import { EditorView } from "@codemirror/view";
import { enableAutoUnmount, flushPromises } from "@vue/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { PipelineMistake } from "../../../common/schema/pipeline-mistake.ts";
import { PipelineText } from "../../../common/schema/pipeline-check.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import { starterPipeline } from "../../../frontend/src/model/starter-pipeline.ts";
import PipelineEditor from "../../../frontend/src/pages/PipelineEditor.vue";
import { button } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { job } from "../support/pipeline-fixtures.ts";

const right = "stages: [build, test]\nimage: alpine:3\ncompile: { stage: build, script: make }\n";
const { status: _none, ...compile } = job("compile", "build", "pending", { image: "alpine:3" });
const plan = { stages: [{ name: "build", parallelism: 1 }], jobs: [compile], leftOut: ["nightly"] };
const mistake: PipelineMistake = {
    file: "ci/pipeline.yml",
    line: 3,
    column: 19,
    message: "compile.stage: there is no stage biuld",
    hint: "Did you mean build?",
};

beforeAll(async () => {
    registerIcons();
    await import("../../../frontend/src/components/CodeEditor.vue");
});
enableAutoUnmount(afterEach);
beforeEach(() => {
    sessionStorage.clear();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => void vi.useRealTimers());

async function settle(): Promise<void> {
    await vi.advanceTimersByTimeAsync(500);
    await flushPromises();
}

async function open(text: string | null = right) {
    const page = await mountConnected(PipelineEditor, {
        props: { stackName: "shop" },
        answers: { getPipelineFile: { file: { path: "ci/pipeline.yml", text, commitSha: "c0ffee1234567" } } },
    });
    await settle();
    const asked = () => page.transport.sentAs("validatePipeline");
    const texts = () => asked().map(({ args }) => PipelineText.parse(args[1]).text);
    const type = async (next: string) => {
        const view = EditorView.findFromDOM(page.wrapper.get<HTMLElement>(".cm-editor").element);
        view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
        await settle();
    };
    const answer = async (index: number, mistakes: readonly PipelineMistake[], plan: object | null = null) => {
        asked()[index]?.answer({ ok: true, checked: { mistakes, plan } });
        await settle();
    };
    return { ...page, asked, texts, type, answer };
}

describe("the editor of a pipeline", () => {
    it("shows what would run where the file is right", async () => {
        const { wrapper, answer, texts } = await open();
        expect(texts()).toEqual([right]);

        await answer(0, [], plan);

        expect(wrapper.text()).toMatch(
            /ci\/pipeline\.yml.*c0ffee1.*Right: one job would run.*Left out by their rules: nightly/s,
        );
        expect(wrapper.get("[data-job=compile]").text()).toMatch(/compile.*alpine:3/s);
        expect(wrapper.text()).toContain("commit it in the repository as ci/pipeline.yml");
    });

    it("marks each mistake in the text and lists it with its place; a click leads there", async () => {
        const { wrapper, answer } = await open(right.replace("stage: build", "stage: biuld"));

        const elsewhere = { ...mistake, file: "ci/more.yml", message: "lint: no script" };
        await answer(0, [mistake, elsewhere]);

        expect(wrapper.text()).toMatch(/2 mistakes.*ci\/pipeline\.yml:3:19.*no stage biuld.*Did you mean build\?/s);
        expect(wrapper.get(".cm-mistake").attributes("title")).toBe(mistake.message);
        const places = wrapper.findAll(".mistake-list button");
        expect(places.map((place) => "disabled" in place.attributes())).toEqual([false, true]);
        await places[0]?.trigger("click");
        expect(document.activeElement?.className).toContain("cm-content");
    });

    it("asks once typing pauses, and drops the answers to older texts", async () => {
        const { wrapper, type, answer, texts } = await open();
        await type("a: 1");
        await type("a: 2");
        expect(texts()).toEqual([right, "a: 1", "a: 2"]);

        await answer(2, []);
        await answer(1, [mistake]);

        expect(wrapper.text()).not.toContain("mistake");
    });

    it("keeps what was typed in this tab until it is discarded", async () => {
        const first = await open();
        await first.type("changed: 1");
        first.wrapper.unmount();

        const { wrapper, texts } = await open();
        expect(texts()).toEqual(["changed: 1"]);
        await button(wrapper, "Discard changes").trigger("click");
        await settle();

        expect(texts().at(-1)).toBe(right);
        expect(wrapper.text()).not.toContain("Discard changes");
    });

    it("begins with a template where the repository has no such file", async () => {
        const { wrapper, texts } = await open(null);

        expect(wrapper.text()).toContain("The repository has no ci/pipeline.yml yet.");
        expect(texts()).toEqual([starterPipeline]);
    });

    it("says so where the text could not be checked, and keeps the last answer", async () => {
        const { wrapper, type, asked, answer } = await open();
        await answer(0, [mistake]);
        await type("x: 1");

        asked()[1]?.answer({ ok: false, code: "rate_limited", msg: "Too many requests; wait a minute" });
        await settle();

        expect(wrapper.text()).toMatch(/Too many requests.*One mistake/s);
    });
});
