import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import { defineComponent, h, watch, type PropType } from "vue";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import type { RepositoryHook } from "../../../common/schema/repository-hook.ts";
import { useConfirm } from "../../../frontend/src/composables/useConfirm.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import HookPanel from "../../../frontend/src/panels/delivery/HookPanel.vue";
import { mountConnected } from "../support/mount-connected.ts";
import { repository } from "../support/page-fixtures.ts";

const installed: RepositoryHook = {
    supported: true,
    installed: true,
    active: true,
    current: true,
    url: repository.webhookUrl,
    stack: "shop",
};

beforeAll(registerIcons);

/** The panel beside somebody who says yes to every question. */
const Page = defineComponent({
    props: { repository: { type: Object as PropType<GitRepository>, required: true } },
    setup(props) {
        const { question, answer } = useConfirm();
        watch(question, (asked) => asked !== undefined && answer(true));
        return () => h(HookPanel, { stackName: "shop", repository: props.repository });
    },
});

async function open(hook: RepositoryHook | undefined, fields: Partial<GitRepository> = {}) {
    const mounted = await mountConnected(Page, {
        props: { repository: { ...repository, ...fields } },
        answers: hook === undefined ? {} : { getRepositoryHook: { hook } },
    });
    const button = (label: string) => mounted.wrapper.findAll("button").find((one) => one.text() === label);
    return { ...mounted, button };
}

describe("the webhook at the provider", () => {
    it.each([
        [installed, /Webhook at GitHub.*Installed/s],
        [{ supported: true, installed: false }, /Not found/],
        [{ ...installed, active: false, lastStatus: "502 Bad Gateway" }, /switched off.*GitHub says.*502 Bad Gateway/s],
        [{ ...installed, current: false, url: "http://old.example/x" }, /another address.*http:\/\/old.example\/x/s],
        [{ ...installed, stack: "blog" }, /webhook of the stack blog/],
        [
            { supported: true, installed: false, problem: "it needs admin:repo_hook", problemCode: "hook_forbidden" },
            /Cannot be read with this token.*it needs admin:repo_hook.*Token for this once/s,
        ],
        [
            { supported: true, installed: false, problem: "no token", problemCode: "hook_no_token" },
            /GitHub asks for a token.*Token for this once/s,
        ],
    ] as const)("is told in words: %j", async (hook, words) => {
        expect((await open(hook)).wrapper.text()).toMatch(words);
    });

    it("is made with a button, and then installed", async () => {
        const { wrapper, transport, button } = await open({ supported: true, installed: false });
        transport.answerAll("createRepositoryHook", () => ({ ok: true, hook: installed }));

        await button("Create webhook")?.trigger("click");
        await flushPromises();

        expect(transport.sentAs("createRepositoryHook").map(({ args }) => args)).toEqual([["shop"]]);
        expect(wrapper.text()).toContain("Installed");
        expect(button("Create webhook")).toBeUndefined();
        expect(button("Set up again")).toBeDefined();
    });

    it("sends a token for once, and no empty one", async () => {
        const hook = { supported: true, installed: false, problem: "none", problemCode: "hook_no_token" } as const;
        const { wrapper, transport, button } = await open(hook, { provider: "bitbucket" });
        expect(button("Create webhook")?.attributes("disabled")).toBeDefined();

        await wrapper.find("input[type=text]").setValue(" ada@example.org ");
        await wrapper.find("input[type=password]").setValue("once");
        await button("Create webhook")?.trigger("click");

        const access = { token: "once", username: "ada@example.org" };
        expect(transport.sentAs("createRepositoryHook").map(({ args }) => args)).toEqual([["shop", access]]);
    });

    it("shows why it could not be made, and can be asked for again", async () => {
        const { wrapper, transport, button } = await open({ supported: true, installed: false });
        await button("Create webhook")?.trigger("click");
        transport.sentAs("createRepositoryHook")[0]?.answer({ ok: false, msg: "GitHub refused it", code: "invalid" });
        await flushPromises();
        expect(wrapper.find("[role=alert]").text()).toBe("GitHub refused it");

        await button("Check again")?.trigger("click");
        await flushPromises();
        expect(transport.sentAs("getRepositoryHook")).toHaveLength(2);
    });

    it("is removed after a question", async () => {
        const { wrapper, transport, button } = await open(installed);
        transport.answerAll("removeRepositoryHook", () => ({ ok: true, hook: { supported: true, installed: false } }));

        await button("Remove webhook")?.trigger("click");
        await flushPromises();

        expect(transport.sentAs("removeRepositoryHook")).toHaveLength(1);
        expect(wrapper.text()).toContain("Not found");
    });

    it("is asked for again when the connection changes, with the next stored token", async () => {
        const { wrapper, transport } = await open(installed);
        await wrapper.setProps({ repository: { ...repository, url: "https://github.com/example/other.git" } });
        await flushPromises();
        expect(transport.sentAs("getRepositoryHook")).toHaveLength(2);
        await wrapper.setProps({
            repository: { ...repository, url: "https://github.com/example/other.git", updatedAt: "x" },
        });
        expect(transport.sentAs("getRepositoryHook")).toHaveLength(2);
    });

    it("is asked for again where the connection changed before the answer", async () => {
        const { wrapper, transport } = await open(undefined);
        await wrapper.setProps({ repository: { ...repository, url: "https://github.com/example/other.git" } });
        transport.sentAs("getRepositoryHook")[0]?.answer({ ok: true, hook: installed });
        await flushPromises();
        expect(wrapper.text()).not.toContain("Installed");

        transport.sentAs("getRepositoryHook")[1]?.answer({ ok: true, hook: { supported: true, installed: false } });
        await flushPromises();
        expect(wrapper.text()).toContain("Not found");
    });

    it("is not shown for other senders, nor to those who may not edit", async () => {
        expect((await open(installed, { provider: "generic" })).wrapper.find("section").exists()).toBe(false);
        const { wrapper, transport } = await open(undefined);
        transport.sentAs("getRepositoryHook")[0]?.answer({ ok: false, msg: "no", code: "forbidden" });
        await flushPromises();
        expect(wrapper.find("section").exists()).toBe(false);
    });
});
