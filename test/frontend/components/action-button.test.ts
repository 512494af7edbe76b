import { mount } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import ActionButton from "../../../frontend/src/components/ActionButton.vue";
import { registerIcons } from "../../../frontend/src/icons.ts";

beforeAll(registerIcons);

function place(running: boolean) {
    const clicks: Event[] = [];
    const props = { label: "Save", running, onClick: (event: Event) => clicks.push(event) };
    return { wrapper: mount(ActionButton, { props, attachTo: document.body }), clicks };
}

describe("a button whose action runs", () => {
    it("takes no click, and keeps the keyboard's focus", async () => {
        const { wrapper, clicks } = place(false);
        wrapper.get<HTMLButtonElement>("button").element.focus();
        await wrapper.trigger("click");
        await wrapper.setProps({ running: true });
        await wrapper.trigger("click");

        expect(clicks).toHaveLength(1);
        expect(wrapper.attributes("aria-disabled")).toBe("true");
        expect(document.activeElement).toBe(wrapper.get("button").element);
    });

    it("sends no form", async () => {
        const { wrapper } = place(true);
        const click = new MouseEvent("click", { cancelable: true });
        wrapper.get("button").element.dispatchEvent(click);

        expect(click.defaultPrevented).toBe(true);
    });
});
