import { describe, expect, it } from "vitest";
import { RegistryInput } from "../../../../common/schema/registry.ts";
import { createEdge } from "../../../support/edge.ts";
import { newBuildConfig } from "../../../support/records.ts";
import { containing, matching } from "../../../support/containing.ts";

const given = (fields: object = {}) =>
    RegistryInput.parse({ name: "Own", url: "ghcr.io/acme", username: "robot", password: "s3cret", ...fields });

describe("registries", () => {
    it("are listed in pages, with the stacks that use them, and never with a password", async () => {
        const { services, stores } = await createEdge();
        const { id } = await services.createRegistry(given());
        await services.createRegistry(given({ name: "Public", username: null, password: null }));
        await stores.buildConfigs.save(newBuildConfig({ registryId: id }));

        const first = await services.listRegistries({ limit: 1 });
        const second = await services.listRegistries({ limit: 1, cursor: first.nextCursor ?? "" });

        expect(first.items).toMatchObject([{ name: "Own", hasPassword: true, stacks: ["web"] }]);
        expect(second).toMatchObject({ items: [{ name: "Public", hasPassword: false, stacks: [] }], nextCursor: null });
        expect(JSON.stringify([first, second])).not.toContain("s3cret");
    });

    it.each([
        [{ url: "registry" }, /^url: Docker takes/],
        [{ url: "127.0.0.1:5000" }, /^url: .*allow it with allowPrivateHost/],
        [{ url: "169.254.169.254", allowPrivateHost: true }, /^url: .*metadata/],
        [{ username: null }, /^username: is needed with the password/],
        [{ password: null }, /^password: is needed with the username/],
    ])("are refused with the field and the way out: %j", async (fields, message) => {
        const { services } = await createEdge();

        const creating = services.createRegistry(given(fields));

        await expect(creating).rejects.toMatchObject({ code: "invalid", message: matching(message) });
    });

    it("keep their password while host and user stay, and send it nowhere else", async () => {
        const { services, stores } = await createEdge();
        const { id } = await services.createRegistry(given());
        const change = (fields: object) =>
            services.updateRegistry({ id, input: given({ password: undefined, ...fields }) });

        await change({ url: "ghcr.io/other" });

        expect(await stores.imageRegistries.find(id)).toMatchObject({ url: "ghcr.io/other", password: "s3cret" });
        await expect(change({ url: "evil.example/acme" })).rejects.toMatchObject({ code: "invalid" });
        await expect(change({ username: "other" })).rejects.toMatchObject({ code: "invalid" });
        expect(await change({ username: null })).toMatchObject({ hasPassword: false });
    });

    it("are kept while a stack uses them", async () => {
        const { services, stores } = await createEdge();
        const { id } = await services.createRegistry(given());
        await stores.buildConfigs.save(newBuildConfig({ registryId: id }));

        const message = containing("used by web");
        await expect(services.deleteRegistry(id)).rejects.toMatchObject({ code: "conflict", message });
        await expect(services.deleteRegistry("none")).rejects.toMatchObject({ code: "not_found" });
    });
});
