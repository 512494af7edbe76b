import { flushPromises } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";
import type { GitRepository } from "../../../common/schema/git-repository.ts";
import { registerIcons } from "../../../frontend/src/icons.ts";
import ConnectWizard from "../../../frontend/src/panels/repository/ConnectWizard.vue";
import { confirming } from "../support/confirming.ts";
import { button, described, field } from "../support/find-field.ts";
import { mountConnected } from "../support/mount-connected.ts";
import { buildConfig, repository } from "../support/page-fixtures.ts";

const publicKey = "ssh-ed25519 AAAAC3Nza dockge-cicd shop";
const keyed: GitRepository = {
    ...repository,
    url: "git@github.com:example/shop.git",
    authType: "ssh_key",
    publicKey,
    hostKeyFingerprint: `SHA256:${"a".repeat(43)}`,
};
const remote = { branches: ["main", "dev"], defaultBranch: "main", composePaths: ["compose.yaml"] };
const answers = {
    testGitConnection: remote,
    saveGitRepository: { repository: { ...keyed, webhookSecret: "s3cret-s3cret" } },
    getBuildConfig: { buildConfig },
    saveBuildConfig: { buildConfig },
};

beforeAll(registerIcons);

async function open(props: Record<string, unknown> = {}) {
    const mounted = await mountConnected(confirming(ConnectWizard), {
        props: { stackName: "shop", ...props },
        answers,
    });
    const submit = async (): Promise<void> => {
        await mounted.wrapper.get("form").trigger("submit");
        await flushPromises();
    };
    return { ...mounted, submit };
}

describe("connecting over SSH", () => {
    it("turns the address into its SSH form with one click, and back", async () => {
        const { wrapper } = await open();
        await field(wrapper, "Address").setValue("https://github.com/example/shop.git");
        await field(wrapper, "Access").setValue("ssh_key");

        await button(wrapper, "Use git@github.com:example/shop.git").trigger("click");
        expect(field(wrapper, "Address").element.value).toBe("git@github.com:example/shop.git");
        expect(wrapper.text()).not.toContain("An SSH key opens SSH addresses only.");

        await field(wrapper, "Access").setValue("http_token");
        await button(wrapper, "Use https://github.com/example/shop.git").trigger("click");
        expect(field(wrapper, "Address").element.value).toBe("https://github.com/example/shop.git");

        await field(wrapper, "Address").setValue("git@github.com:example/shop.git");
        await button(wrapper, "Use an SSH key").trigger("click");
        expect(field(wrapper, "Access").element.value).toBe("ssh_key");
    });

    it("makes a key, shows where it goes, tests, and only then asks for the branch", async () => {
        const { wrapper, transport, submit } = await open();
        await field(wrapper, "Address").setValue("git@github.com:example/shop.git");
        await field(wrapper, "Access").setValue("ssh_key");
        await submit();

        expect(transport.sentAs("saveGitRepository")[0]?.args[1]).toMatchObject({
            authType: "ssh_key",
            branch: "main",
        });
        expect(transport.sentAs("saveGitRepository")[0]?.args[1]).toMatchObject({ credentials: undefined });
        expect(field(wrapper, "Public key").element.value).toBe(publicKey);
        expect(field(wrapper, "Fingerprint of the git server's key").element.value).toBe(keyed.hostKeyFingerprint);
        expect(wrapper.text()).toContain("Settings → Deploy keys → Add deploy key");
        await button(wrapper, "GitLab").trigger("click");
        expect(wrapper.text()).toContain("Grant write permissions to this key: leave it off.");

        transport.answerAll("testGitConnection", () => ({
            ok: false,
            code: "invalid",
            msg: "credentials: the git server refused the SSH key",
        }));
        await submit();
        expect(wrapper.get("[role=alert]").text()).toContain("refused the SSH key");

        transport.answerAll("testGitConnection", () => ({ ok: true, ...remote }));
        transport.answerAll("saveGitRepository", () => ({ ok: true, repository: keyed }));
        await submit();
        await field(wrapper, "Branch").setValue("dev");
        await submit();

        expect(transport.sentAs("saveGitRepository")[1]?.args[1]).toMatchObject({
            branch: "dev",
            credentials: undefined,
        });
        // The secret came with the first answer only.
        expect(field(wrapper, "Webhook secret").element.value).toBe("s3cret-s3cret");
    });

    it("takes a pasted key with its passphrase, tests it first, and shows the server's complaint at the field", async () => {
        const { wrapper, transport, submit } = await open();
        await field(wrapper, "Address").setValue("git@github.com:example/shop.git");
        await field(wrapper, "Access").setValue("ssh_key");
        await field(wrapper, "Paste a private key").setValue(true);
        await field(wrapper, "Private key").setValue("-----BEGIN KEY-----");
        await field(wrapper, "Passphrase").setValue("horse");
        transport.answerAll("testGitConnection", () => ({
            ok: false,
            code: "invalid",
            msg: "credentials.passphrase: does not open the key",
        }));
        await submit();

        expect(transport.sentAs("testGitConnection")[0]?.args[1]).toMatchObject({
            credentials: { privateKey: "-----BEGIN KEY-----", passphrase: "horse" },
        });
        expect(described(wrapper, "Private key")).toContain("Does not open the key");
        expect(field(wrapper, "Passphrase").attributes("type")).toBe("password");
    });

    it("keeps a stored key, which it never shows, and can have another one made", async () => {
        const { wrapper, transport, submit } = await open({ stored: keyed });
        expect(field(wrapper, "Keep the stored key").element.checked).toBe(true);
        expect(wrapper.find("textarea").exists()).toBe(false);
        await submit();
        expect(transport.sentAs("testGitConnection")[0]?.args[1]).toMatchObject({ credentials: undefined });
        await button(wrapper, "Back").trigger("click");

        await field(wrapper, "Make another key for me").setValue(true);
        await submit();
        expect(transport.sentAs("saveGitRepository")[0]?.args[1]).toMatchObject({ credentials: null, branch: "main" });
        expect(wrapper.text()).toContain("Register its public half");
    });

    it("warns of another host key with both fingerprints, and goes on once it is accepted", async () => {
        const { wrapper, transport, submit } = await open({ stored: keyed });
        const offered = `SHA256:${"b".repeat(43)}`;
        transport.answerAll("testGitConnection", () => ({
            ok: false,
            code: "conflict",
            msg: "url: the SSH server shows another key",
            details: {
                errorCode: "host_key_changed",
                pinned: keyed.hostKeyFingerprint,
                offered,
                keyType: "ssh-ed25519",
            },
        }));
        transport.answerAll("acceptHostKey", () => {
            transport.answerAll("testGitConnection", () => ({ ok: true, ...remote }));
            return { ok: true, repository: { ...keyed, hostKeyFingerprint: offered } };
        });
        await submit();
        expect(wrapper.get("[role=alert]").text()).toContain("shows another key than before");
        expect(wrapper.get("[role=alert]").text()).toContain(keyed.hostKeyFingerprint);
        expect(wrapper.get("[role=alert]").text()).toContain(offered);

        await button(wrapper, "Accept the new key").trigger("click");
        await flushPromises();

        expect(transport.sentAs("acceptHostKey").map(({ args }) => args)).toEqual([["shop", offered]]);
        expect(wrapper.find("[role=alert]").exists()).toBe(false);
        expect(field(wrapper, "Branch").element.value).toBe("main");
    });
});

describe("the last step", () => {
    it("offers to set the webhook up at the provider, above the steps by hand", async () => {
        const { wrapper, transport, submit } = await open();
        const saved = { ...repository, webhookSecret: "s3cret-s3cret" };
        transport.answerAll("saveGitRepository", () => ({ ok: true, repository: saved }));
        transport.answerAll("getRepositoryHook", () => ({ ok: true, hook: { supported: true, installed: false } }));
        await field(wrapper, "Address").setValue(repository.url);
        await submit();
        await submit();

        const text = wrapper.text();
        expect(text).toContain("Webhook at GitHub");
        expect(text.indexOf("Webhook at GitHub")).toBeLessThan(text.indexOf("Webhook secret"));
        await button(wrapper, "Create webhook").trigger("click");
        expect(transport.sentAs("createRepositoryHook").map(({ args }) => args)).toEqual([["shop"]]);
    });
});

describe("connecting with a token", () => {
    it.each([
        ["github", "GitHub: Settings → Developer settings → Fine-grained tokens", "accepts any with a token"],
        ["gitlab", "read_repository", "For a deploy token"],
        ["bitbucket", "Repositories: Read", "x-bitbucket-api-token-auth"],
        ["gitea", "repository: Read", "Gitea and Forgejo accept any"],
        ["generic", "may read the repository", "empty sends token"],
    ])("tells for %s which token it takes and which user name", async (provider, token, username) => {
        const { wrapper } = await open();
        await field(wrapper, "Provider").setValue(provider);
        await field(wrapper, "Access").setValue("http_token");

        expect(described(wrapper, "Token")).toContain(token);
        expect(described(wrapper, "User name")).toContain(username);
    });
});
