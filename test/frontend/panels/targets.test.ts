import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { DeployTarget, TargetCheck } from "../../../common/schema/deploy-target.ts";
import type { Question } from "../../../frontend/src/composables/useConfirm.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import TargetsPanel from "../../../frontend/src/panels/target/TargetsPanel.vue";
import { confirming } from "../support/confirming.ts";
import { button, described, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { target } from "../support/page-fixtures.ts";

const used: DeployTarget = {
    ...target,
    id: "t2",
    name: "barn",
    sudo: true,
    hostKeyFingerprint: undefined,
    stacks: ["blog", "shop"],
};
const good: TargetCheck = {
    ok: true,
    hostKeyFingerprint: `SHA256:${"a".repeat(43)}`,
    user: "deployer",
    engineVersion: "28.1.0",
    composeVersion: "2.35.1",
    freeBytes: 53_700_000_000,
    directoryWritable: true,
    problems: [],
};
const offered = `SHA256:${"b".repeat(43)}`;

beforeAll(registerIcons);

async function mount(targets: readonly DeployTarget[] = [target, used], asked: Question[] = [], yes = true) {
    const answers = {
        getTargets: { targets, nextCursor: null },
        saveTarget: { target },
        testTarget: { check: good },
        deleteTarget: {},
    };
    const mounted = await mountConnected(confirming(TargetsPanel, asked, yes), { answers });
    async function press(label: string): Promise<void> {
        await button(mounted.wrapper, label).trigger("click");
        await flushPromises();
    }
    async function submit(): Promise<void> {
        await mounted.wrapper.get("form").trigger("submit");
        await flushPromises();
    }
    return { ...mounted, press, submit };
}

describe("the machines", () => {
    it("are listed with their key and who uses them; only an unused one can be deleted", async () => {
        const { wrapper } = await mount();
        const [first, second] = wrapper.findAll("article");

        expect(first?.text()).toMatch(/attic.*deployer@attic\.lan:22.*\/opt\/stacks.*SHA256:aaa.*used by no stack/s);
        expect(second?.text()).toMatch(/barn.*with sudo.*not seen yet.*used by blog, shop/s);
        const deletable = wrapper.findAll(".btn-danger").map((one) => one.attributes("disabled") === undefined);
        expect(deletable).toEqual([true, false]);
    });

    it("say what to do where there is none, and why they cannot be shown", async () => {
        const { wrapper } = await mount([]);
        expect(wrapper.text()).toContain("Without one, every stack runs on this machine.");

        const failing = await mountConnected(TargetsPanel, {
            answers: { getTargets: { ok: false, code: "unavailable", msg: "database: is away" } },
        });
        expect(failing.wrapper.text()).toContain("database: is away");
    });

    it("are shown page by page", async () => {
        const { wrapper, transport } = await mountConnected(TargetsPanel);
        const [asked] = transport.sentAs("getTargets");
        asked?.answer({ ok: true, targets: [target], nextCursor: "t1" });
        await flushPromises();
        const [, next] = transport.sentAs("getTargets");
        expect(next?.args).toEqual([200, "t1"]);
        next?.answer({ ok: true, targets: [used], nextCursor: null });
        await flushPromises();

        expect(wrapper.findAll("article")).toHaveLength(2);
    });

    it("are deleted once that is confirmed", async () => {
        const asked: Question[] = [];
        const { transport, press } = await mount([target], asked);
        await press("Delete");

        expect(asked.map(({ title }) => title)).toEqual(["Delete the machine attic?"]);
        expect(transport.sentAs("deleteTarget").map(({ args }) => args)).toEqual([["t1"]]);
        expect(transport.sentAs("getTargets")).toHaveLength(2);

        const refusing = await mount([target], [], false);
        await refusing.press("Delete");
        expect(refusing.transport.sentAs("deleteTarget")).toEqual([]);
    });
});

describe("testing a machine", () => {
    it("shows versions, free disk, user and rights", async () => {
        const { wrapper, press } = await mount([target]);
        await press("Test");

        const shown = wrapper.get("[role=status]").text();
        expect(shown).toContain("Stacks can be deployed there.");
        expect(shown).toMatch(/28\.1\.0.*2\.35\.1.*54 GB.*deployer.*can be written/s);
    });

    it("tells each problem with its way out", async () => {
        const { wrapper, transport, press } = await mount([target]);
        const messages = ["The user may not use Docker's socket. Add the user to the group docker.", "Make it."];
        const problems = messages.map((message) => ({ code: "engine_denied", message }));
        const { engineVersion: _version, ...rest } = good;
        const check = { ...rest, ok: false, directoryWritable: false, problems };
        transport.answerAll("testTarget", () => ({ ok: true, check }));
        await press("Test");

        expect(wrapper.findAll("article li").map((one) => one.text())).toEqual(messages);
        expect(wrapper.get("[role=status]").text()).toMatch(
            /cannot be deployed there yet.*unknown.*cannot be written/s,
        );
    });

    it("tells what prevents the login, in the place of an earlier outcome", async () => {
        const { wrapper, transport, press } = await mount([target]);
        await press("Test");
        transport.answerAll("testTarget", () => ({ ok: false, code: "unavailable", msg: "host: does not answer" }));
        await press("Test");

        expect(wrapper.get("[role=status]").text()).toBe("Does not answer");
    });

    it("warns of another host key with both fingerprints, and tests again once it is accepted", async () => {
        const asked: Question[] = [];
        const { wrapper, transport, press } = await mount([target], asked);
        const details = { errorCode: "host_key_changed", pinned: target.hostKeyFingerprint, offered };
        transport.answerAll("testTarget", () => ({ ok: false, code: "conflict", msg: "host: another key", details }));
        transport.answerAll("acceptTargetHostKey", () => {
            transport.answerAll("testTarget", () => ({ ok: true, check: good }));
            return { ok: true, target };
        });
        await press("Test");
        const warning = wrapper.get("[role=alert]").text();
        expect(warning).toContain("The machine shows another key than before");
        expect(warning).toContain(target.hostKeyFingerprint);
        expect(warning).toContain(offered);

        await press("Accept the new key");

        expect(asked[0]?.body).toContain(offered);
        expect(transport.sentAs("acceptTargetHostKey").map(({ args }) => args)).toEqual([["t1", offered]]);
        expect(wrapper.find("[role=alert]").exists()).toBe(false);
        expect(wrapper.get("[role=status]").text()).toContain("Stacks can be deployed there.");
    });

    it("leaves the key alone where nobody agrees", async () => {
        const { wrapper, transport, press } = await mount([target], [], false);
        const details = { errorCode: "host_key_changed", pinned: target.hostKeyFingerprint, offered };
        transport.answerAll("testTarget", () => ({ ok: false, code: "conflict", msg: "host: another key", details }));
        await press("Test");
        await press("Accept the new key");

        expect(transport.sentAs("acceptTargetHostKey")).toEqual([]);
        expect(wrapper.find("[role=alert]").exists()).toBe(true);
    });
});

describe("adding a machine", () => {
    async function fill(wrapper: Awaited<ReturnType<typeof mount>>["wrapper"]): Promise<void> {
        await field(wrapper, "Name").setValue("attic");
        await field(wrapper, "Host").setValue("attic.lan");
        await field(wrapper, "User").setValue("deployer");
    }

    it("has a key made, and shows at once where its public half goes", async () => {
        const { wrapper, transport, press, submit } = await mount([]);
        await press("Add machine");
        await fill(wrapper);
        transport.answerAll("getTargets", () => ({ ok: true, targets: [target], nextCursor: null }));
        await submit();

        expect(transport.sentAs("saveTarget").map(({ args }) => args)).toEqual([
            [
                null,
                {
                    name: "attic",
                    host: "attic.lan",
                    port: 22,
                    username: "deployer",
                    privateKey: null,
                    sudo: false,
                    stacksDirectory: "/opt/stacks",
                    allowPrivateHost: false,
                },
            ],
        ]);
        expect(wrapper.text()).toContain("Let it in on the machine, then test the connection.");
        const shown = field(wrapper, "Public key, the line for ~/.ssh/authorized_keys").element.value;
        expect(shown).toBe(target.publicKey);
        expect(field(wrapper, "Or run this there, as deployer").element.value).toContain(target.publicKey);
        expect(wrapper.find("form").exists()).toBe(false);

        await press("Test");
        expect(wrapper.text()).not.toContain("Let it in on the machine");
    });

    it("takes a pasted key with its passphrase, and puts what the server says of it there", async () => {
        const { wrapper, transport, press, submit } = await mount([]);
        await press("Add machine");
        await fill(wrapper);
        await field(wrapper, "Paste a private key").setValue(true);
        await field(wrapper, "Private key").setValue("-----BEGIN KEY-----");
        await field(wrapper, "Passphrase").setValue("horse");
        transport.answerAll("saveTarget", () => ({ ok: false, code: "invalid", msg: "passphrase: does not open it" }));
        await submit();

        expect(transport.sentAs("saveTarget")[0]?.args[1]).toMatchObject({
            privateKey: "-----BEGIN KEY-----",
            passphrase: "horse",
        });
        expect(described(wrapper, "Passphrase")).toContain("Does not open it");
        expect(wrapper.find("form").exists()).toBe(true);
    });

    it("says at the field what is wrong before anything is sent", async () => {
        const { wrapper, transport, press, submit } = await mount([]);
        await press("Add machine");
        await fill(wrapper);
        await field(wrapper, "Host").setValue("you@attic.lan");
        await field(wrapper, "Stacks directory").setValue("stacks");
        await submit();

        expect(transport.sentAs("saveTarget")).toEqual([]);
        expect(described(wrapper, "Host")).toContain("without user and port");
        expect(described(wrapper, "Stacks directory")).toContain("Give an absolute path");
    });

    it("keeps the stored key of an edited one, and says what another one means", async () => {
        const { wrapper, transport, press, submit } = await mount([target]);
        await press("Edit");
        expect(field(wrapper, "Keep the stored key").element.checked).toBe(true);
        expect(wrapper.text()).toContain("Deployments fail until the new one is let in there.");
        await field(wrapper, "Use sudo").setValue(true);
        await submit();

        const [sent] = transport.sentAs("saveTarget");
        expect(sent?.args).toMatchObject(["t1", { name: "attic", sudo: true }]);
        expect(JSON.stringify(sent?.args)).not.toContain("privateKey");
    });

    it("is given up with Cancel", async () => {
        const { wrapper, transport, press } = await mount([target]);
        await press("Add machine");
        await press("Cancel");

        expect(wrapper.find("form").exists()).toBe(false);
        expect(transport.sentAs("saveTarget")).toEqual([]);
    });
});
