import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { DeployedMachine } from "../../../common/schema/deployment.ts";
import DeploymentCard from "../../../frontend/src/components/DeploymentCard.vue";
import { registerIcons } from "../../../frontend/src/icons.ts";
import StackSettings from "../../../frontend/src/panels/build/StackSettings.vue";
import { button, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { mountPage } from "../support/mount-page.ts";
import { buildConfig, deployment, repository, target } from "../support/page-fixtures.ts";

const barn = { ...target, id: "t2", name: "barn" };

beforeAll(registerIcons);

async function open(targetIds: readonly string[] = [], targets: readonly object[] = [target, barn]) {
    const mounted = await mountConnected(StackSettings, {
        props: { stackName: "shop", repository },
        answers: {
            getBuildConfig: { buildConfig: { ...buildConfig, targetIds } },
            saveBuildConfig: { buildConfig },
            getTargets: { targets, nextCursor: null },
        },
    });
    const { wrapper, transport } = mounted;
    const names = () => wrapper.findAll(".machine-order li").map((one) => one.text());
    async function add(name: string): Promise<void> {
        const select = field(wrapper, "Add a machine");
        await select.setValue(
            select
                .findAll("option")
                .find((one) => one.text() === name)
                ?.attributes("value"),
        );
        const plus = wrapper.findAll("fieldset button").find((one) => one.text() === "Add");
        await plus?.trigger("click");
    }
    async function save(): Promise<unknown> {
        await wrapper.findAll("form")[1]?.trigger("submit");
        await flushPromises();
        return transport.sentAs("saveBuildConfig").at(-1)?.args[1];
    }
    return { ...mounted, names, add, save };
}

describe("the machines in the build settings", () => {
    it("are this one, until others are added; the last one stays", async () => {
        const { wrapper, names, add, save } = await open();
        expect(names()).toEqual(["1. This machine"]);
        expect(wrapper.find(".machine-order button").exists()).toBe(false);

        await add("barn");
        await add("attic");
        expect(names()).toEqual(["1. This machine", "2. barn", "3. attic"]);
        expect(wrapper.text()).not.toContain("Add a machine");
        await button(wrapper, "Remove This machine").trigger("click");
        await button(wrapper, "Remove attic").trigger("click");

        expect(names()).toEqual(["1. barn"]);
        expect(await save()).toMatchObject({ targetIds: ["t2"] });
    });

    it("change places, and the keyboard stays with the one that moves", async () => {
        const { wrapper, names, save } = await open(["local", "t1", "t2"]);
        await button(wrapper, "Move barn up").trigger("click");
        await flushPromises();
        expect(document.activeElement?.getAttribute("aria-label")).toBe("Move barn up");
        await button(wrapper, "Move barn up").trigger("click");
        await flushPromises();

        expect(names()).toEqual(["1. barn", "2. This machine", "3. attic"]);
        expect(document.activeElement?.getAttribute("aria-label")).toBe("Move barn down");
        expect(wrapper.text()).toContain("barn is number 1 of 3 now.");
        expect(button(wrapper, "Move attic down").attributes("disabled")).toBeDefined();
        expect(await save()).toMatchObject({ targetIds: ["t2", "local", "t1"] });
    });

    it("name one that is unknown by its id", async () => {
        expect((await open(["gone", "local"])).names()).toEqual(["1. Unknown machine gone", "2. This machine"]);
    });

    it("show what the server says of them", async () => {
        const { wrapper, transport, add, save } = await open();
        transport.answerAll("saveBuildConfig", () => ({ ok: false, code: "invalid", msg: "targetIds: t1 is unknown" }));
        await add("attic");
        await save();

        expect(wrapper.get("fieldset [role=alert]").text()).toBe("T1 is unknown");
    });

    it("stand beside the switch that keeps third-party images where they are", async () => {
        const { wrapper, save } = await open();
        await button(wrapper, "More settings").trigger("click");
        await field(wrapper, "Keep third-party images at the digest that was pulled first").setValue(true);

        expect(await save()).toMatchObject({ pinImages: true, targetIds: [] });
    });
});

describe("the machines of a deployment", () => {
    function card(machines: DeployedMachine[]) {
        const props = { deployment: deployment("d1", { machines }), repository, busy: false };
        return mountPage(DeploymentCard, props).findAll(".machine-states li");
    }

    it("are shown in turn, with how far each has come", () => {
        const shown = card([
            { id: "local", name: "the server", state: "done" },
            { id: "t1", name: "attic", state: "verifying" },
            { id: "t2", name: "barn", state: "waiting" },
        ]);

        expect(shown.map((one) => one.text())).toEqual(["This machine: done", "attic: verifying", "barn: to come"]);
    });

    it("are left out where it is this one alone", () => {
        expect(card([{ id: "local", name: "the server", state: "done" }])).toEqual([]);
        expect(card([])).toEqual([]);
        expect(card([{ id: "t1", name: "attic", state: "restored" }])).toHaveLength(1);
    });
});
