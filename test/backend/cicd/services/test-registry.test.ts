import { describe, expect, it } from "vitest";
import { AppError } from "../../../../common/errors.ts";
import { RegistryTestInput } from "../../../../common/schema/registry.ts";
import { diskFiles } from "../../../../backend/cicd/adapters/disk/files.ts";
import { testRegistry } from "../../../../backend/cicd/services/test-registry.ts";
import { openWorkshop } from "../../../support/workshop.ts";
import { matching } from "../../../support/containing.ts";

const login = { username: "robot", password: "s3cret" };
const lacking = "manifest for registry.example/team/cicd-connection-test:none not found: manifest unknown";

async function open(refusal: string) {
    const workshop = await openWorkshop();
    const { engine, directory } = workshop;
    engine.pull = (name) => {
        throw new AppError("invalid", `image ${name}: it cannot be pulled (${refusal}); check its name`);
    };
    const ports = { ...workshop, files: diskFiles, workspacesDirectory: directory };
    const test = (fields: object) => {
        const input = RegistryTestInput.parse({ url: "registry.example/team", ...fields });
        return testRegistry(ports, { input, signal: new AbortController().signal });
    };
    return { ...workshop, test };
}

describe("the test of a registry", () => {
    it.each([
        [login, lacking],
        [login, "denied: requested access to the resource is denied"],
        [{}, lacking],
        [{}, "name unknown: repository name not known to registry"],
    ])("is passed by one that lacks the image, or denies it to who is logged in: %j %s", async (fields, refusal) => {
        const { test, engine } = await open(refusal);

        await expect(test(fields)).resolves.toBeUndefined();
        expect(engine.done[0]).toContain("pull registry.example/team/cicd-connection-test:none");
    });

    it.each([
        [{}, "unauthorized: authentication required", /^username: registry.example wants a login/],
        [login, "invalid character '<' looking for beginning of value", /does not answer as a registry/],
        [{}, 'Get "https://registry.example/v2/": x509: unknown authority', /does not trust its certificate/],
    ])("is not passed otherwise: %j %s", async (fields, refusal, message) => {
        const { test } = await open(refusal);

        await expect(test(fields)).rejects.toMatchObject({ message: matching(message) });
    });

    it("takes the stored password for the same host and user only", async () => {
        const { test, imageRegistries, target } = await open(lacking);
        const { id } = await imageRegistries.create({
            ...login,
            name: "Own",
            url: "registry.example/team",
            insecure: false,
            allowPrivateHost: false,
        });

        await test({ id, username: "robot" });

        expect(target.commands[0]?.input).toBe("s3cret");
        await expect(test({ id, username: "robot", url: "evil.example" })).rejects.toMatchObject({ code: "invalid" });
        expect(target.commands).toHaveLength(1);
    });
});
