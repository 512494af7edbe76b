import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { Registry } from "../../../common/schema/registry.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import RegistriesPanel from "../../../frontend/src/panels/registry/RegistriesPanel.vue";
import { mountConnected } from "../support/mount-connected.ts";
import { minutesAgo } from "../support/page-fixtures.ts";

const own: Registry = {
    id: "r1",
    name: "Own",
    url: "registry.example/team",
    username: "robot",
    hasPassword: true,
    insecure: false,
    allowPrivateHost: false,
    stacks: ["blog", "shop"],
    createdAt: minutesAgo(9),
    updatedAt: minutesAgo(9),
};
const open: Registry = { ...own, id: "r2", name: "Open", username: undefined, hasPassword: false, stacks: [] };

beforeAll(registerIcons);

async function mount(registries: readonly Registry[] = [own, open]) {
    const answers = {
        getRegistries: { registries, nextCursor: null },
        saveRegistry: { registry: own },
        testRegistry: {},
    };
    const mounted = await mountConnected(RegistriesPanel, { answers });
    const { wrapper } = mounted;
    async function press(label: string): Promise<void> {
        const button = wrapper.findAll("button").find((one) => one.text() === label);
        await button?.trigger("click");
        await flushPromises();
    }
    return { ...mounted, press };
}

describe("the registries", () => {
    it("are listed with who uses them; only an unused one can be deleted", async () => {
        const { wrapper } = await mount();
        const [first, second] = wrapper.findAll("article");

        expect(first?.text()).toMatch(/Own.*registry\.example\/team.*Logs in as robot.*used by blog, shop/s);
        expect(second?.text()).toMatch(/Open.*Without a login.*used by no stack/s);
        const deletable = wrapper.findAll(".btn-danger").map((button) => button.attributes("disabled") === undefined);
        expect(deletable).toEqual([false, true]);
    });

    it("say what to do where there is none", async () => {
        const { wrapper } = await mount([]);

        expect(wrapper.text()).toContain("No registry yet");
    });

    it("are tested by a button, which tells the outcome beside it", async () => {
        const { wrapper, transport, press } = await mount();
        await press("Test");
        expect(wrapper.text()).toContain("The engine can log in there.");

        transport.answerAll("testRegistry", () => ({ ok: false, code: "invalid", msg: "registry: it refuses" }));
        await press("Test");

        expect(wrapper.text()).toContain("it refuses");
        expect(wrapper.text()).not.toContain("The engine can log in there.");
    });

    it("keep the password of an edited one that is left empty", async () => {
        const { wrapper, transport, press } = await mount();
        await press("Edit");

        await wrapper.find("form").trigger("submit");
        await flushPromises();

        const [sent] = transport.sentAs("saveRegistry");
        expect(sent?.args).toMatchObject(["r1", { name: "Own", username: "robot" }]);
        expect(JSON.stringify(sent?.args)).not.toContain("password");
    });

    it("show a complaint of the server at its field", async () => {
        const { wrapper, transport, press } = await mount([]);
        transport.answerAll("saveRegistry", () => ({ ok: false, code: "invalid", msg: "url: is no address" }));
        await press("Add registry");
        const [name, url] = wrapper.findAll("input");
        await name?.setValue("Own");
        await url?.setValue("x y");

        await wrapper.find("form").trigger("submit");
        await flushPromises();

        expect(wrapper.find(".invalid-feedback").text()).toBe("Is no address");
    });
});
