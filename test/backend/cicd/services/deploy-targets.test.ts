import { describe, expect, it } from "vitest";
import { DeployTargetInput } from "../../../../common/schema/deploy-target.ts";
import { matching } from "../../../support/containing.ts";
import { createEdge } from "../../../support/edge.ts";
import { shownFingerprint } from "../../../support/fake-machines.ts";
import { newBuildConfig } from "../../../support/records.ts";

const signal = new AbortController().signal;

function inputOf(given: Partial<DeployTargetInput> = {}): DeployTargetInput {
    return DeployTargetInput.parse({ name: "attic", host: "attic.example.org", username: "deploy", ...given });
}

async function withTarget(given: Partial<DeployTargetInput> = {}) {
    const edge = await createEdge();
    const target = await edge.services.createTarget({ input: inputOf(given), signal });
    return { ...edge, target };
}

describe("deploy targets", () => {
    it("get a key pair where none is given, of which only the public half is ever seen", async () => {
        const { services, stores, target } = await withTarget();

        expect(target).toMatchObject({ publicKey: "ssh-ed25519 made1 dockge-cicd attic", stacks: [] });
        expect(target.hostKeyFingerprint).toBeUndefined();
        const seen = [target, await services.findTarget(target.id), await services.listTargets({ limit: 50 })];
        expect(JSON.stringify(seen)).not.toMatch(/private \d|privateKey|passphrase/);
        expect((await stores.deployTargets.find(target.id))?.privateKey).toBe("private 1");
    });

    it("keep their key when nothing is said of it, take a pasted one, and make a new one for null", async () => {
        const { services, stores, target } = await withTarget({ privateKey: "mine", passphrase: "pass" });
        const update = (given: Partial<DeployTargetInput>) =>
            services.updateTarget({ id: target.id, input: inputOf(given), signal });
        const stored = () => stores.deployTargets.find(target.id);

        await update({ name: "cellar" });
        expect(await stored()).toMatchObject({ name: "cellar", privateKey: "mine", passphrase: "pass" });
        expect((await update({ privateKey: "other" })).publicKey).toBe("ssh-ed25519 of-other dockge-cicd attic");
        expect(await stored()).toMatchObject({ privateKey: "other", passphrase: undefined });
        expect((await update({ privateKey: null })).publicKey).toMatch(/made1/);
        await expect(update({ privateKey: "bad" })).rejects.toThrow(/^privateKey: is not a key/);
    });

    it("have their host's key pinned by the first test, forgotten with another host, changed only knowingly", async () => {
        const { services, stores, target } = await withTarget();
        const check = await services.testTarget({ id: target.id, signal });
        expect(check).toMatchObject({ ok: true, user: "deploy" });
        const pinned = await services.findTarget(target.id);
        expect(pinned.hostKeyFingerprint).toMatch(/^SHA256:/);
        expect((await stores.deployTargets.find(target.id))?.hostKey).toBe("ssh-ed25519 c2hvd24=");

        await services.updateTarget({ id: target.id, input: inputOf({ sudo: true }), signal });
        expect((await services.findTarget(target.id)).hostKeyFingerprint).toBe(pinned.hostKeyFingerprint);
        await services.updateTarget({ id: target.id, input: inputOf({ port: 2222 }), signal });
        expect((await services.findTarget(target.id)).hostKeyFingerprint).toBeUndefined();

        const wrong = { id: target.id, fingerprint: `SHA256:${"B".repeat(43)}`, signal };
        await expect(services.acceptTargetHostKey(wrong)).rejects.toMatchObject({
            code: "conflict",
            details: { errorCode: "host_key_changed", offered: shownFingerprint, keyType: "ssh-ed25519" },
        });
        const right = { ...wrong, fingerprint: shownFingerprint };
        expect((await services.acceptTargetHostKey(right)).hostKeyFingerprint).toBe(pinned.hostKeyFingerprint);
    });

    it("have names of their own, and are in the order of these", async () => {
        const { services, target } = await withTarget();
        const add = (name: string) => services.createTarget({ input: inputOf({ name }), signal });
        await expect(add("attic")).rejects.toMatchObject({ code: "conflict" });
        const cellar = await add("cellar");
        await expect(
            services.updateTarget({ id: cellar.id, input: inputOf({ name: "attic" }), signal }),
        ).rejects.toMatchObject({ code: "conflict" });
        const first = await services.listTargets({ limit: 1 });
        expect(first).toMatchObject({ items: [{ id: target.id }], nextCursor: target.id });
        const second = await services.listTargets({ limit: 1, cursor: target.id });
        expect(second).toMatchObject({ items: [{ id: cellar.id }], nextCursor: null });
    });

    it("are not deleted while a build configuration names them; with them goes the key", async () => {
        const { services, stores, target } = await withTarget();
        const config = newBuildConfig({ targetIds: [target.id] });
        await stores.buildConfigs.save(config);

        expect((await services.findTarget(target.id)).stacks).toEqual(["web"]);
        await expect(services.deleteTarget(target.id)).rejects.toMatchObject({
            code: "conflict",
            message: matching(/^target: web is deployed to "attic"/),
        });
        await stores.buildConfigs.save({ ...config, targetIds: [] });
        await services.deleteTarget(target.id);
        await expect(services.findTarget(target.id)).rejects.toMatchObject({ code: "not_found" });
        await expect(services.testTarget({ id: target.id, signal })).rejects.toMatchObject({ code: "not_found" });
    });

    it("say why they cannot be reached", async () => {
        const { services, target } = await withTarget({ host: "down.example" });
        await expect(services.testTarget({ id: target.id, signal })).rejects.toMatchObject({ code: "unavailable" });
    });
});
