import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { Deployment } from "../../../common/schema/deployment.ts";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import type { Preview } from "../../../common/schema/preview.ts";
import type { Question } from "../../../frontend/src/composables/useConfirm.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import RepositoryPanel from "../../../frontend/src/panels/repository/RepositoryPanel.vue";
import { confirming } from "../support/confirming.ts";
import { button, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { deployment, repository } from "../support/page-fixtures.ts";

const pinned = `SHA256:${"a".repeat(43)}`;
const offered = `SHA256:${"b".repeat(43)}`;
const keyed: GitRepository = {
    ...repository,
    url: "git@github.com:example/shop.git",
    authType: "ssh_key",
    publicKey: "ssh-ed25519 AAAAC3Nza dockge-cicd shop",
    hostKeyFingerprint: pinned,
};
const changed = {
    ok: false,
    code: "conflict",
    msg: "url: the SSH server shows another key",
    details: { errorCode: "host_key_changed", pinned, offered, keyType: "ssh-ed25519" },
};
const refused = deployment("d1", { status: "failed", errorCode: "host_key_changed", error: "another key" });

beforeAll(registerIcons);

async function open(given: GitRepository, latest?: Deployment, asked: Question[] = [], yes = true) {
    const mounted = await mountConnected(confirming(RepositoryPanel, asked, yes), {
        props: { stackName: "shop", repository: given, latest },
    });
    return mounted;
}

describe("a repository over SSH", () => {
    it("shows its public key with the provider's steps, and the server's fingerprint", async () => {
        const { wrapper, transport } = await open(keyed);
        expect(wrapper.text()).toContain(pinned);
        await button(wrapper, "Deploy key and server key").trigger("click");

        expect(field(wrapper, "Public key").element.value).toBe(keyed.publicKey);
        expect(wrapper.text()).toContain("Allow write access: leave it off.");
        expect(transport.sentAs("testGitConnection")).toEqual([]);
    });

    it.each([
        ["a deployment", keyed, refused],
        ["a poll", { ...keyed, lastPollError: `shows another key (${offered}) than before (${pinned})` }, undefined],
    ])("asks which key the server shows after %s has met another, and warns", async (_what, given, latest) => {
        const { wrapper, transport } = await open(given, latest);
        transport.sentAs("testGitConnection")[0]?.answer(changed);
        await flushPromises();

        const warning = wrapper.get("[role=alert]").text();
        expect(warning).toContain(pinned);
        expect(warning).toContain(offered);
        expect(warning).toContain("Compare the new fingerprint");
    });

    it("says what accepting may mean, accepts, and looks whether it works now", async () => {
        const asked: Question[] = [];
        const { wrapper, transport } = await open(keyed, refused, asked);
        transport.sentAs("testGitConnection")[0]?.answer(changed);
        await flushPromises();
        await button(wrapper, "Accept the new key").trigger("click");
        await flushPromises();

        expect(asked[0]).toMatchObject({ danger: true });
        expect(asked[0]?.body).toMatch(/posing as it.*SHA256:b/);
        expect(transport.sentAs("acceptHostKey")[0]?.args).toEqual(["shop", offered]);
        transport.sentAs("acceptHostKey")[0]?.answer({ ok: true, repository: keyed });
        await flushPromises();
        transport.sentAs("testGitConnection")[1]?.answer({ ok: true, branches: ["main"], defaultBranch: "main" });
        await flushPromises();
        expect(wrapper.find("[role=alert]").exists()).toBe(false);
    });

    it("shows the key of this moment where it has changed once more", async () => {
        const { wrapper, transport } = await open(keyed, refused);
        transport.sentAs("testGitConnection")[0]?.answer(changed);
        await flushPromises();
        await button(wrapper, "Accept the new key").trigger("click");
        await flushPromises();
        transport.sentAs("acceptHostKey")[0]?.answer({ ok: false, code: "conflict", msg: "shows another now" });
        await flushPromises();
        const third = `SHA256:${"c".repeat(43)}`;
        transport
            .sentAs("testGitConnection")[1]
            ?.answer({ ...changed, details: { ...changed.details, offered: third } });
        await flushPromises();

        expect(wrapper.get("[role=alert]").text()).toContain(third);
        expect(wrapper.get("[role=alert]").text()).toContain("shows another now");
    });

    it("shows the key that the server offers in the place of the accepted one", async () => {
        const { wrapper, transport } = await open(keyed, refused);
        transport.sentAs("testGitConnection")[0]?.answer(changed);
        await flushPromises();
        await button(wrapper, "Accept the new key").trigger("click");
        await flushPromises();
        const third = `SHA256:${"c".repeat(43)}`;
        const details = { ...changed.details, offered: third };
        transport.sentAs("acceptHostKey")[0]?.answer({ ...changed, msg: "shows another now", details });
        await flushPromises();

        expect(wrapper.get("[role=alert]").text()).toContain(third);
        expect(wrapper.get("[role=alert]").text()).toContain("shows another now");
        expect(transport.sentAs("testGitConnection")).toHaveLength(1);
    });

    it("accepts nothing when the question is answered with no", async () => {
        const { wrapper, transport } = await open(keyed, refused, [], false);
        transport.sentAs("testGitConnection")[0]?.answer(changed);
        await flushPromises();
        await button(wrapper, "Accept the new key").trigger("click");
        await flushPromises();

        expect(transport.sentAs("acceptHostKey")).toEqual([]);
        expect(wrapper.get("[role=alert]").text()).toContain(offered);
    });
});

describe("what would change", () => {
    const preview: Preview = {
        commitSha: "c0ffee1234567",
        services: [
            { service: "web", action: "recreate", reasons: ["built from this commit"], image: "shop-web:c0ffee" },
            { service: "db", action: "none", reasons: [] },
            { service: "old", action: "remove", reasons: ["no longer in the compose file"] },
        ],
        filesWritten: Array.from({ length: 32 }, (_, index) => `web/file${index}`),
        filesRemoved: ["gone.txt"],
        filesReplaced: ["settings.conf"],
        warnings: ["web mounts <b>/etc</b> of the host"],
    };

    it("is asked for when it is opened, and names services, files and warnings", async () => {
        const { wrapper, transport } = await open(repository);
        expect(transport.sentAs("previewDeployment")).toEqual([]);
        await button(wrapper, "What would change").trigger("click");
        expect(transport.sentAs("previewDeployment").map(({ args }) => args)).toEqual([["shop", {}]]);
        transport.sentAs("previewDeployment")[0]?.answer({ ok: true, preview });
        await flushPromises();

        const text = wrapper.text();
        expect(text).toMatch(/c0ffee1.*web mounts <b>.*recreated\s*web.*built from this commit.*unchanged\s*db/s);
        expect(text).toMatch(/removed\s*old.*settings\.conf.*web\/file29.*… and 2 more.*gone\.txt/s);
        expect(wrapper.find("b").exists()).toBe(false);
    });

    it("says so when nothing would, and why it cannot be told", async () => {
        const { wrapper, transport } = await open(repository);
        await button(wrapper, "What would change").trigger("click");
        transport.sentAs("previewDeployment")[0]?.answer({ ok: false, code: "invalid", msg: "The branch is gone." });
        await flushPromises();
        expect(wrapper.get("[role=alert]").text()).toBe("The branch is gone.");

        await button(wrapper, "Look again").trigger("click");
        const nothing = {
            ...preview,
            services: [],
            filesWritten: [],
            filesRemoved: [],
            filesReplaced: [],
            warnings: [],
        };
        transport.sentAs("previewDeployment")[1]?.answer({ ok: true, preview: nothing });
        await flushPromises();
        expect(wrapper.text()).toContain("nothing would change.");
    });
});
