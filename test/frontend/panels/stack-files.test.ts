import { completionStatus, currentCompletions, startCompletion } from "@codemirror/autocomplete";
import { forceLinting } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { enableAutoUnmount, flushPromises } from "@vue/test-utils";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { registerIcons } from "../../../frontend/src/icons.ts";
import StackFiles from "../../../frontend/src/panels/stack/StackFiles.vue";
import StackUrls from "../../../frontend/src/panels/stack/StackUrls.vue";
import { button } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";

beforeAll(async () => {
    registerIcons();
    await import("../../../frontend/src/components/CodeEditor.vue");
});
enableAutoUnmount(afterEach);

const file = "services:\n  web:\n    image: nginx\n    port: [80]\n";

async function open(props: Record<string, unknown> = {}) {
    const page = await mountConnected(StackFiles, {
        props: { yaml: file, env: "", fileName: "compose.yaml", editing: true, problem: "", ...props },
    });
    await vi.waitFor(() => page.wrapper.get(".cm-editor"));
    const view = (index: number): EditorView => {
        const element = page.wrapper.findAll<HTMLElement>(".cm-editor")[index]?.element;
        const found = element === undefined ? null : EditorView.findFromDOM(element);
        if (found === null) {
            throw new Error("no editor");
        }
        return found;
    };
    const lint = async (index = 0) => {
        forceLinting(view(index));
        await flushPromises();
    };
    return { ...page, view, lint };
}

describe("the files of a stack", () => {
    it("lists what is wrong, and leads to it", async () => {
        const { wrapper, lint } = await open();
        await lint();
        await vi.waitFor(() => expect(wrapper.text()).toContain("Line 4: port is not known here. Did you mean ports?"));

        await wrapper.get(".finding-list button").trigger("click");
        expect(document.activeElement?.className).toContain("cm-content");
    });

    it("offers keys with what they mean", async () => {
        const { view } = await open({ yaml: "services:\n  web:\n    image: x\n    he" });
        const editor = view(0);
        editor.dispatch({ selection: { anchor: editor.state.doc.length } });
        startCompletion(editor);
        await vi.waitFor(() => expect(completionStatus(editor.state)).toBe("active"));
        const offered = currentCompletions(editor.state);
        const info: unknown = expect.stringContaining("works");
        expect(offered[0]).toMatchObject({ label: "healthcheck", info });
    });

    it("does not check what cannot be changed", async () => {
        const { wrapper, lint } = await open({ editing: false });
        await lint();
        expect(wrapper.text()).not.toContain("Did you mean");
    });

    it("says that a line of .env has no =", async () => {
        const { wrapper, lint } = await open({ env: "hello" });
        await lint(1);
        await vi.waitFor(() => expect(wrapper.text()).toContain("This line has no ="));
    });

    it("shows an override file of CI/CD, which cannot be changed", async () => {
        const overrideFile = { fileName: "compose.override.yml", text: "services: {}\n", generated: true };
        const { wrapper, view } = await open({ overrideFile, override: overrideFile.text });
        expect(wrapper.text()).toMatch(/compose\.override\.yml.*cannot be changed here/s);
        expect(view(2).state.readOnly).toBe(true);
        expect(wrapper.text()).not.toContain("Remove this file");
    });

    it("adds an override file, and removes it", async () => {
        const { wrapper } = await open();
        await button(wrapper, "Add compose.override.yaml").trigger("click");
        expect(wrapper.emitted("update:override")?.[0]?.[0]).toContain("services:");
    });
});

describe("the addresses of a stack", () => {
    it("are links to pages only", async () => {
        const yaml = `x-dockge:
  urls: [https://a.example/x, "javascript:alert(1)", http://b.example, ftp://c.example, nonsense, https://a.example/x]
`;
        const { wrapper } = await mountConnected(StackUrls, { props: { yaml } });
        const links = wrapper
            .findAll("a")
            .map((link) => [link.attributes("href"), link.text(), link.attributes("rel")]);
        expect(links).toEqual([
            ["https://a.example/x", "a.example/x", "noopener noreferrer"],
            ["http://b.example/", "b.example", "noopener noreferrer"],
        ]);
    });
});
