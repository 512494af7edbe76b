import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import ContainerCard from "../../../frontend/src/components/ContainerCard.vue";
import ElsewhereNote from "../../../frontend/src/components/ElsewhereNote.vue";
import { registerIcons } from "../../../frontend/src/icons.ts";
import { containerPlaces } from "../../../frontend/src/model/container-places.ts";
import ContainersPanel from "../../../frontend/src/panels/stack/ContainersPanel.vue";
import EditButtons from "../../../frontend/src/panels/stack/EditButtons.vue";
import { mountConnected } from "../support/mount-connected.ts";

const web = { name: "web", built: true, ports: ["8080:80"] };

beforeAll(registerIcons);

function badges(wrapper: Awaited<ReturnType<typeof mountConnected>>["wrapper"]): readonly string[] {
    return wrapper.findAll(".badge").map((badge) => badge.text());
}

describe("the containers of a stack", () => {
    it("are named as ever where it runs on this machine alone", async () => {
        const { wrapper } = await mountConnected(ContainersPanel, {
            props: { stackName: "shop", services: [web] },
            answers: { serviceStatusList: { serviceStatusList: { web: "healthy" } } },
        });
        await flushPromises();
        expect(badges(wrapper)).toEqual(["8080:80", "healthy"]);
    });

    it("tell their machine, and their ports lead there", async () => {
        const machines = [
            { services: { web: "running" } },
            { name: "attic", hostname: "attic.lan", services: { web: "exited" } },
            { name: "cellar", hostname: "cellar.lan", services: {} },
        ];
        const places = containerPlaces("web", { states: {}, machines });
        const { wrapper } = await mountConnected(ContainerCard, {
            props: { stackName: "shop", service: web, places, host: "here.lan" },
        });

        expect(badges(wrapper).slice(3)).toEqual(["running", "exited · attic", "not there · cellar"]);
        expect(wrapper.findAll("a").map((link) => [link.text(), link.attributes("href")])).toEqual([
            ["8080:80", "http://here.lan:8080"],
            ["8080:80 · attic", "http://attic.lan:8080"],
            ["8080:80 · cellar", "http://cellar.lan:8080"],
        ]);
    });
});

describe("a stack on other machines", () => {
    it("names them, and says which does not answer", async () => {
        const elsewhere = { machines: ["attic", "cellar"], alsoHere: false, note: "cellar is not reached: no answer." };
        const { wrapper } = await mountConnected(ElsewhereNote, { props: { elsewhere } });
        expect(wrapper.text()).toContain("Runs on attic, cellar.");
        expect(wrapper.text()).toContain("cellar is not reached: no answer.");
    });

    it("offers to save its .env, but not to deploy what was typed", async () => {
        const given = { stackName: "shop", yaml: "", env: "", isNew: false, invalid: false };
        const labels = async (envOnly: boolean) => {
            const { wrapper } = await mountConnected(EditButtons, { props: { ...given, envOnly } });
            return wrapper.findAll("button").map((button) => button.text());
        };
        expect(await labels(false)).toEqual(["Deploy", "Save", "Discard"]);
        expect(await labels(true)).toEqual(["Save", "Discard"]);
    });
});
