import { enableAutoUnmount } from "@vue/test-utils";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { registerIcons } from "../../../frontend/src/icons.ts";
import ComposeFormPanel from "../../../frontend/src/panels/compose-form/ComposeFormPanel.vue";
import { button, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";

beforeAll(registerIcons);
enableAutoUnmount(afterEach);

const file = "# mine\nservices:\n  web: # page\n    image: nginx:1 # old\n    ports:\n      - 80:80\n";

/** The form, and the text that it edits. */
async function open(yaml: string) {
    const page = await mountConnected(ComposeFormPanel, {
        props: { yaml },
        answers: { getDockerNetworkList: { dockerNetworkList: ["bridge", "host", "proxy"] } },
    });
    const { wrapper } = page;
    const text = async () => {
        const last = wrapper.emitted("update:yaml")?.at(-1)?.[0];
        await wrapper.setProps({ yaml: String(last) });
        return String(last);
    };
    return { ...page, text };
}

describe("the form beside a compose file", () => {
    it("changes the image and keeps the remarks", async () => {
        const { wrapper, text } = await open(file);
        await field(wrapper, "Image").setValue("nginx:2");
        await field(wrapper, "Image").trigger("change");
        expect(await text()).toBe(file.replace("nginx:1", "nginx:2"));
    });

    it("adds and removes ports", async () => {
        const { wrapper, text } = await open(file);
        await wrapper.get("[aria-label='Ports, new entry']").setValue("443:443");
        await button(wrapper, "Add to: Ports").trigger("click");
        expect(await text()).toBe(`${file}      - 443:443\n`);
        await button(wrapper, "Remove 80:80").trigger("click");
        expect(await text()).not.toContain("80:80");
    });

    it("adds a service, a network of the machine and an address", async () => {
        const { wrapper, text } = await open(file);
        await field(wrapper, "New service").setValue("db");
        await button(wrapper, "Add service").trigger("click");
        expect(await text()).toContain("  db:\n    image: nginx:latest\n");
        await field(wrapper, "Network of this machine").setValue("proxy");
        expect(await text()).toContain("networks:\n  proxy:\n    external: true\n");
        await wrapper.get("[aria-label='Addresses, new entry']").setValue("https://a.example");
        await button(wrapper, "Add to: Addresses").trigger("click");
        expect(await text()).toMatch(/^# mine\n[^]*x-dockge:\n {2}urls:\n {4}- https:\/\/a\.example\n$/);
        expect(wrapper.findAll("h5").map((one) => one.text())).toEqual(["web", "db"]);
    });

    it("follows the text, and says why it is away while that cannot be read", async () => {
        const { wrapper } = await open(file);
        await wrapper.setProps({ yaml: file.replace("nginx:1", "caddy:2") });
        expect(field(wrapper, "Image").element.value).toBe("caddy:2");
        await wrapper.setProps({ yaml: `${file}  bad: [\n` });
        expect(wrapper.text()).toMatch(/The form comes back when line \d+ of the file can be read\./);
        expect(wrapper.find("input").exists()).toBe(false);
    });
});
