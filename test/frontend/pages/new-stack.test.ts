import { EditorView } from "@codemirror/view";
import { enableAutoUnmount, flushPromises } from "@vue/test-utils";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { registerIcons } from "../../../frontend/src/icons.ts";
import NewStack from "../../../frontend/src/pages/NewStack.vue";
import { button, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";

beforeAll(async () => {
    registerIcons();
    await import("../../../frontend/src/components/CodeEditor.vue");
});
enableAutoUnmount(afterEach);

async function open(answers: Readonly<Record<string, object>> = {}) {
    const page = await mountConnected(NewStack, {
        answers: { getDockerNetworkList: { dockerNetworkList: [] }, ...answers },
    });
    await vi.waitFor(() => page.wrapper.get(".cm-editor"));
    const text = () => {
        const view = EditorView.findFromDOM(page.wrapper.get<HTMLElement>(".cm-editor").element);
        return view?.state.doc.toString();
    };
    return { ...page, text };
}

describe("a new stack", () => {
    it("begins with a docker run command", async () => {
        const composeTemplate = "services:\n  redis:\n    image: redis\n";
        const { wrapper, text, transport } = await open({ composerize: { composeTemplate } });
        await button(wrapper, "From docker run").trigger("click");
        await field(wrapper, "docker run command").setValue("docker run redis");
        await wrapper.get("form").trigger("submit");
        await flushPromises();
        expect(transport.sentAs("composerize")[0]?.args).toEqual(["docker run redis"]);
        expect(text()).toBe(composeTemplate);
    });

    it("says beside the field what is wrong with a command", async () => {
        const { wrapper, transport } = await open();
        transport.answerAll("composerize", () => ({ ok: false, msg: "names no image" }));
        await button(wrapper, "From docker run").trigger("click");
        await field(wrapper, "docker run command").setValue("docker run");
        await wrapper.get("form").trigger("submit");
        await flushPromises();
        expect(wrapper.text()).toContain("names no image");
    });

    it("begins with a template, whose name it takes", async () => {
        const { wrapper, text, transport } = await open({ saveStack: { msg: "Saved" } });
        await button(wrapper, "From a template").trigger("click");
        await wrapper.findAll(".template-grid button")[3]?.trigger("click");
        await flushPromises();
        expect(text()).toContain("redis-server --save 60 1");
        expect(field(wrapper, "Stack name").element.value).toBe("redis");
        await button(wrapper, "Save").trigger("click");
        await flushPromises();
        expect(transport.sentAs("saveStack")[0]?.args).toEqual(["redis", text(), "", true]);
    });

    it("sends an override file only where one was added", async () => {
        const { wrapper, transport } = await open({ saveStack: { msg: "Saved" } });
        await field(wrapper, "Stack name").setValue("shop");
        await button(wrapper, "Add compose.override.yaml").trigger("click");
        await button(wrapper, "Save").trigger("click");
        await flushPromises();
        const composeOverride: unknown = expect.stringContaining("services:");
        expect(transport.sentAs("saveStack")[0]?.args[4]).toEqual({ composeOverride });
    });
});
