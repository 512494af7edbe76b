import { describe, expect, it } from "vitest";
import type { RegistryRecord } from "../../../../backend/cicd/core/registry.ts";
import { checkBuildExtras } from "../../../../backend/cicd/services/check-build-extras.ts";
import { BuildConfigInput } from "../../../../common/schema/build-config.ts";
import { matching } from "../../../support/containing.ts";

const registry: RegistryRecord = {
    id: "r1",
    name: "Own",
    url: "ghcr.io/acme",
    insecure: false,
    allowPrivateHost: false,
    createdAt: "",
    updatedAt: "",
};
const variables = [
    { name: "TOKEN", value: "x", secret: true },
    { name: "PLAIN", value: "x", secret: false },
    { name: "DOCKER_HOST", value: "x", secret: true },
];

function check(fields: object): Promise<void> {
    const ports = { imageRegistries: { find: async (id: string) => (id === "r1" ? registry : undefined) } };
    return checkBuildExtras(ports, BuildConfigInput.parse(fields), variables);
}

describe("what a build configuration says of its images", () => {
    it.each([
        {},
        { registryId: "r1", platforms: ["linux/amd64", "linux/arm64"], buildCache: "registry" },
        { registryId: "r1", imageTemplate: "{stack}/{service}" },
        { registryId: "r1", imageTemplate: "ghcr.io/other/{service}" },
        { imageTemplate: "registry.example/{service}" },
        { buildSecrets: ["TOKEN"] },
        { dockerfilePath: "Dockerfile", buildTarget: "runtime" },
        { platforms: ["linux/arm64"] },
    ])("is fine: %j", async (fields) => {
        await expect(check(fields)).resolves.toBeUndefined();
    });

    it.each([
        [{ registryId: "gone" }, /^registryId: there is no registry/],
        [
            { registryId: "r1", imageTemplate: "other.example/{service}" },
            /^imageTemplate: names another registry than Own/,
        ],
        [{ buildSecrets: ["NONE"] }, /^buildSecrets\.0: there is no secret variable NONE/],
        [{ buildSecrets: ["TOKEN", "PLAIN"] }, /^buildSecrets\.1: .*PLAIN/],
        [{ buildSecrets: ["DOCKER_HOST"] }, /^buildSecrets\.0/],
        [{ buildTarget: "runtime" }, /^buildTarget: goes with dockerfilePath/],
        [{ platforms: ["linux/amd64", "linux/arm64"] }, /^platforms: needs a registry/],
        [{ buildCache: "inline" }, /^buildCache: needs a registry/],
    ])("is refused: %j", async (fields, message) => {
        await expect(check(fields)).rejects.toMatchObject({ code: "invalid", message: matching(message) });
    });
});
