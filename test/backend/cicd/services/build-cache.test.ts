import { describe, expect, it } from "vitest";
import type { RegistryRecord } from "../../../../backend/cicd/core/registry.ts";
import { buildExtras, type BuildExtrasInput } from "../../../../backend/cicd/services/build-cache.ts";
import { release } from "../../../support/workshop.ts";

const registry: RegistryRecord = {
    id: "r1",
    name: "Own",
    url: "ghcr.io/acme",
    insecure: false,
    allowPrivateHost: false,
    createdAt: "",
    updatedAt: "",
};
const image = "ghcr.io/acme/shop-web:new";

function extras(config: Partial<BuildExtrasInput["config"]>, given: Partial<BuildExtrasInput> = {}) {
    const full = { buildSecrets: [], platforms: [], buildCache: "local" as const, ...config };
    return buildExtras({ config: full, images: new Map([["web", image]]), registry, ...given }).get("web");
}

function ran(name: string) {
    const images = [{ service: "web", image: name, imageId: "sha256:1", built: true }];
    return { previous: release({ deploymentId: "d1", images }) };
}

describe("what a build uses beside the engine's cache", () => {
    it("is nothing where nothing is asked for", () => {
        expect(extras({})).toBeUndefined();
    });

    it("are the layers of the image that runs, where that was pushed", () => {
        const inline = { buildCache: "inline" } as const;

        expect(extras(inline)).toMatchObject({ cacheFrom: [], cacheTo: ["type=inline"] });
        expect(extras(inline, ran("ghcr.io/acme/shop-web:old"))).toMatchObject({
            cacheFrom: ["type=registry,ref=ghcr.io/acme/shop-web:old"],
        });
        expect(extras(inline, ran("shop-web:old"))).toMatchObject({ cacheFrom: [] });
    });

    it("is an image of its own in the registry", () => {
        expect(extras({ buildCache: "registry" })).toMatchObject({
            cacheFrom: ["type=registry,ref=ghcr.io/acme/shop-web:buildcache"],
            cacheTo: ["type=registry,ref=ghcr.io/acme/shop-web:buildcache,mode=max"],
        });
    });

    it("are secrets and platforms without a registry too", () => {
        const given = extras({ buildSecrets: ["TOKEN"], platforms: ["linux/arm64"] }, { registry: undefined });

        expect(given).toEqual({ secrets: ["TOKEN"], platforms: ["linux/arm64"], cacheFrom: [], cacheTo: [] });
    });
});
