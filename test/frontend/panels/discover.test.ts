import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConnectedStacks, Discovery } from "../../../common/schema/discovery.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import DiscoverFrom from "../../../frontend/src/panels/discover/DiscoverFrom.vue";
import DiscoverWizard from "../../../frontend/src/panels/discover/DiscoverWizard.vue";
import { button, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { deployment, repository } from "../support/page-fixtures.ts";

const hostile = `<img src=x onerror="alert(1)">`;
const shared = { existsAsStack: false, blocked: false };
const discovery: Discovery = {
    branches: ["main", "dev"],
    defaultBranch: "main",
    branch: "main",
    commit: "a".repeat(40),
    leftOut: 3,
    folders: [
        {
            ...shared,
            composePath: "shop/compose.yaml",
            folder: "shop",
            suggestedStack: "shop",
            services: ["web", "db"],
        },
        { ...shared, composePath: "blog/compose.yaml", folder: "blog", suggestedStack: "blog", services: [hostile] },
        {
            ...shared,
            composePath: "old/compose.yaml",
            folder: "old",
            suggestedStack: "ancient",
            services: [],
            connectedStack: "ancient",
        },
        {
            ...shared,
            composePath: "-x/compose.yaml",
            folder: "-x",
            suggestedStack: "x",
            services: [],
            blocked: true,
            problem: "this path cannot be used",
        },
    ],
};
const result: ConnectedStacks = {
    provider: "github",
    webhookUrl: "https://deploy.example.org/api/webhooks/github/abc",
    webhookSecret: "s3cret-s3cret",
    webhookKnown: false,
    stacks: [
        { stack: "shop", ok: true, repository },
        { stack: "blog", ok: false, error: { code: "conflict", message: `stack: taken ${hostile}` } },
    ],
};
const answers = {
    discoverRepository: discovery,
    connectStacks: result,
    getRepositories: {
        repositories: [
            {
                url: "https://github.com/example/else.git",
                provider: "github",
                stacks: [{ stack: "ancient", branch: "main", composePath: null, paths: [], webhookUrl: "" }],
            },
        ],
        nextCursor: null,
    },
};

beforeAll(registerIcons);

async function atFolders() {
    const mounted = await mountConnected(DiscoverWizard, { answers });
    await mounted.wrapper.find("input[inputmode=url]").setValue("https://github.com/example/homelab.git");
    await mounted.wrapper.find("form").trigger("submit");
    await flushPromises();
    return mounted;
}

describe("discovering stacks", () => {
    it("asks for the repository with the access that was typed, and shows its folders as text", async () => {
        const { wrapper, transport } = await atFolders();

        expect(transport.sentAs("discoverRepository")[0]?.args).toEqual([
            expect.objectContaining({ url: "https://github.com/example/homelab.git", authType: "none" }),
        ]);
        expect(wrapper.text()).toContain("Services: web, db");
        expect(wrapper.text()).toContain(hostile);
        expect(wrapper.find("img").exists()).toBe(false);
        expect(wrapper.text()).toContain("3 more folders are not shown");
        const boxes = wrapper.findAll(".folder-row > input[type=checkbox]");
        expect(boxes.map((box) => box.attributes("disabled") !== undefined)).toEqual([false, false, true, true]);
    });

    it("complains about a name as it is typed, and connects only when all are fine", async () => {
        const { wrapper, transport } = await atFolders();
        const connect = () => wrapper.find("button[type=submit]");
        expect(connect().attributes("disabled")).toBeDefined();

        await wrapper.find("#discover-all").setValue(true);
        expect(connect().text()).toBe("Connect 2 stacks");
        const [first] = wrapper.findAll(".folder-name input");
        for (const [name, complaint] of [
            ["Shop", "Only a-z"],
            ["blog", "Two folders have this name"],
            ["ancient", "connected to a repository already"],
        ] as const) {
            await first?.setValue(name);
            expect(wrapper.text()).toContain(complaint);
            expect(connect().attributes("disabled")).toBeDefined();
        }
        await first?.setValue("my-shop");
        expect(connect().attributes("disabled")).toBeUndefined();

        await wrapper.find("form").trigger("submit");
        await flushPromises();
        expect(transport.sentAs("connectStacks")[0]?.args).toEqual([
            expect.objectContaining({
                branch: "main",
                provider: "github",
                stacks: [
                    { stack: "my-shop", composePath: "shop/compose.yaml" },
                    { stack: "blog", composePath: "blog/compose.yaml" },
                ],
            }),
        ]);
    });

    it("warns before it takes a stack over that exists", async () => {
        const { wrapper, transport } = await atFolders();
        const summary = {
            name: "shop",
            status: 3,
            tags: [],
            isManagedByDockge: true,
            composeFileName: "",
            endpoint: "",
        };
        transport.push("stackList", { ok: true, stackList: { shop: summary } });
        await wrapper.find("#discover-all").setValue(true);
        const boxes = wrapper.findAll<HTMLInputElement>(".folder-row > input[type=checkbox]");
        expect(boxes.map(({ element }) => element.checked)).toEqual([false, true, false, false]);

        await boxes[0]?.setValue(true);

        expect(wrapper.text()).toContain("There is a stack shop already");
    });

    it("looks again on another branch, and keeps the choice", async () => {
        const { wrapper, transport } = await atFolders();
        await wrapper.findAll(".folder-row > input")[0]?.setValue(true);
        await wrapper.find("select").setValue("dev");
        await flushPromises();

        expect(transport.sentAs("discoverRepository")[1]?.args).toEqual([expect.objectContaining({ branch: "dev" })]);
        expect(wrapper.find<HTMLInputElement>(".folder-row > input").element.checked).toBe(true);
    });

    it("shows how each went, the one webhook, and follows the first deployments", async () => {
        const { wrapper, transport } = await atFolders();
        transport.answerAll("triggerBuild", () => ({ ok: true, deployment: deployment("d1", { status: "pending" }) }));
        await wrapper.find("#discover-all").setValue(true);
        await wrapper.find("form").trigger("submit");
        await flushPromises();

        expect(wrapper.text()).toContain("1 of 2 connected.");
        expect(wrapper.text()).toContain(`stack: taken ${hostile}`);
        expect(wrapper.findAll("input").map(({ element }) => element.value)).toEqual([
            result.webhookUrl,
            result.webhookSecret,
        ]);
        await wrapper.find(`button[aria-label="Deploy now: shop"]`).trigger("click");
        await flushPromises();
        expect(transport.sentAs("triggerBuild")[0]?.args[0]).toBe("shop");
        expect(wrapper.text()).toContain("queued");

        transport.push("deploymentStatusUpdate", { deployment: deployment("d1") });
        await flushPromises();
        expect(wrapper.text()).toContain("successful");
    });

    it("lets each new stack watch folders that they have in common, beside its own", async () => {
        const { wrapper, transport } = await atFolders();
        await wrapper.find("#discover-all").setValue(true);
        const shared = field(wrapper, "Folders that they share");
        await shared.setValue("lib");
        await shared.trigger("keydown", { key: "Enter" });
        await wrapper.find("form").trigger("submit");
        await flushPromises();

        expect(transport.sentAs("connectStacks")[0]?.args).toEqual([
            expect.objectContaining({
                stacks: [
                    { stack: "shop", composePath: "shop/compose.yaml", paths: ["shop", "lib"] },
                    { stack: "blog", composePath: "blog/compose.yaml", paths: ["blog", "lib"] },
                ],
            }),
        ]);
    });

    it("has a key made, shows where it goes, and looks into the repository with it", async () => {
        const keyId = "made-key";
        const publicKey = "ssh-ed25519 AAAAC3Nza dockge-cicd";
        const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
        const { wrapper, transport } = await mountConnected(DiscoverWizard, {
            answers: { ...answers, makeDeployKey: { keyId, publicKey, expiresAt } },
        });
        const submit = async (): Promise<void> => {
            await wrapper.find("form").trigger("submit");
            await flushPromises();
        };
        await field(wrapper, "Address").setValue("git@github.com:example/homelab.git");
        await field(wrapper, "Access").setValue("ssh_key");
        await field(wrapper, "Make a key for me").setValue(true);
        await submit();

        expect(transport.sentAs("discoverRepository")).toEqual([]);
        expect(field(wrapper, "Public key").element.value).toBe(publicKey);
        expect(wrapper.text()).toContain("Settings → Deploy keys → Add deploy key");
        transport.answerAll("discoverRepository", () => ({ ok: false, msg: "credentials: refused", code: "invalid" }));
        await submit();
        expect(wrapper.get("[role=alert]").text()).toContain("credentials: refused");
        await button(wrapper, "Back").trigger("click");
        await submit();
        expect(transport.sentAs("makeDeployKey")).toHaveLength(1);
        transport.answerAll("discoverRepository", () => ({ ok: false, msg: "keyId: is not kept", code: "invalid" }));
        await submit();
        await button(wrapper, "Back").trigger("click");
        await submit();
        expect(transport.sentAs("makeDeployKey")).toHaveLength(2);
        transport.answerAll("discoverRepository", () => ({ ok: true, ...discovery }));
        await submit();
        await wrapper.find("#discover-all").setValue(true);
        await submit();

        const access = { authType: "ssh_key", keyId };
        expect(transport.sentAs("discoverRepository").at(-1)?.args).toEqual([expect.objectContaining(access)]);
        expect(transport.sentAs("connectStacks")[0]?.args).toEqual([expect.objectContaining(access)]);
    });

    it("says why the repository cannot be reached, and stays", async () => {
        const { wrapper, transport } = await mountConnected(DiscoverWizard, { answers });
        transport.answerAll("discoverRepository", () => ({ ok: false, msg: "url: no answer", code: "unavailable" }));
        await wrapper.find("input[inputmode=url]").setValue("https://github.com/example/homelab.git");
        await wrapper.find("form").trigger("submit");
        await flushPromises();

        expect(wrapper.text()).toContain("url: no answer");
        expect(wrapper.find("input[inputmode=url]").exists()).toBe(true);
    });

    it("looks at once into the repository of a stack, with that stack's access", async () => {
        const { wrapper, transport } = await mountConnected(DiscoverFrom, {
            props: { stackName: "shop" },
            answers: { ...answers, getGitRepository: { repository } },
        });
        await flushPromises();

        expect(transport.sentAs("discoverRepository")[0]?.args).toEqual([
            expect.objectContaining({ url: repository.url, authType: "http_token", fromStack: "shop" }),
        ]);
        expect(wrapper.findAll(".folder-row")).toHaveLength(4);
    });
});
