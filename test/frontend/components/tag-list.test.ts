import { mount } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import { defineComponent, h, ref } from "vue";
import TagListField from "../../../frontend/src/components/TagListField.vue";
import { i18n } from "../../../frontend/src/i18n.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import { ruleProblem } from "../../../frontend/src/model/trigger-form.ts";
import { button, described, field } from "../support/find-field.ts";

beforeAll(registerIcons);

function list(first: readonly string[] = []) {
    const entries = ref(first);
    const Page = defineComponent(
        () => () =>
            h(TagListField, {
                modelValue: entries.value,
                "onUpdate:modelValue": (now: readonly string[]) => (entries.value = now),
                label: "Tags",
                check: ruleProblem,
            }),
    );
    const wrapper = mount(Page, { global: { plugins: [i18n] }, attachTo: document.body });
    return { wrapper, entries, input: field(wrapper, "Tags") };
}

describe("a list of rules", () => {
    it("takes what was typed with Enter, with the button, and when the field is left", async () => {
        const { wrapper, entries, input } = list();
        await input.setValue(" v1.* ");
        await input.trigger("keydown", { key: "Enter" });
        await input.setValue("v2.*");
        await button(wrapper, "Add to: Tags").trigger("click");
        await input.setValue("v3.*");
        await input.trigger("blur");
        await input.setValue("v3.*");
        await input.trigger("blur");

        expect(entries.value).toEqual(["v1.*", "v2.*", "v3.*"]);
        expect(input.element.value).toBe("");
    });

    it("says at once what is wrong, and does not take it", async () => {
        const { wrapper, entries, input } = list();
        await input.setValue("v[0-9");

        expect(described(wrapper, "Tags")).toContain("not a valid regular expression");
        expect(input.attributes("aria-invalid")).toBe("true");
        await input.trigger("keydown", { key: "Enter" });
        expect(entries.value).toEqual([]);
        expect(input.element.value).toBe("v[0-9");
    });

    it("removes one with its button, and brings the last back with Backspace", async () => {
        const { wrapper, entries, input } = list(["a", "b", "c"]);
        await button(wrapper, "Remove b").trigger("click");
        expect(entries.value).toEqual(["a", "c"]);

        await input.trigger("keydown", { key: "Backspace" });
        expect(entries.value).toEqual(["a"]);
        expect(input.element.value).toBe("c");

        await input.trigger("keydown", { key: "Backspace" });
        expect(entries.value).toEqual(["a"]);
    });
});
