import { describe, expect, it } from "vitest";
import { imageName, imageRepository, repositoryOf } from "../../../../backend/cicd/compose/image-name.ts";

describe("repositoryOf", () => {
    it.each([
        ["nginx", "nginx"],
        ["nginx:1.27", "nginx"],
        ["localhost:5000/a/b", "localhost:5000/a/b"],
        ["localhost:5000/a/b:tag@sha256:abc", "localhost:5000/a/b"],
        ["ghcr.io/a/b@sha256:abc", "ghcr.io/a/b"],
    ])("of %s is %s", (image, expected) => {
        expect(repositoryOf(image)).toBe(expected);
    });
});

it("imageRepository falls back to the stack's and the service's name", () => {
    expect(imageRepository("shop", "Web")).toBe("shop-web");
    expect(imageRepository("shop", "web", "acme/web:latest")).toBe("acme/web");
});

it.each([
    [{}, "shop-web:abc"],
    [{ image: "acme/web:1" }, "acme/web:abc"],
    [{ template: "r:5000/{stack}/{service}-{branch}:latest" }, "r:5000/shop/web-feature-x:abc"],
    [{ template: "r/{nobody}" }, "r/{nobody}:abc"],
])("imageName with %j is %s", (more, expected) => {
    expect(imageName({ stack: "shop", service: "web", commitSha: "abc", branch: "feature/X", ...more })).toBe(expected);
});

describe("the name of an image that is published", () => {
    const commit = { stack: "shop", service: "Web", commitSha: "abc", branch: "main" };

    it.each([
        [{}, "ghcr.io/acme", "ghcr.io/acme/shop-web:abc"],
        [{ image: "app:1" }, "ghcr.io/acme", "ghcr.io/acme/shop-web:abc"],
        [{ image: "ghcr.io/acme/app:1" }, "ghcr.io/acme", "ghcr.io/acme/app:abc"],
        [{ image: "ghcr.io/acmeevil/app" }, "ghcr.io/acme", "ghcr.io/acme/shop-web:abc"],
        [{ image: "ghcr.io/other/app" }, "ghcr.io/acme", "ghcr.io/acme/shop-web:abc"],
        [{}, "10.0.0.7:5000", "10.0.0.7:5000/shop-web:abc"],
        [{ template: "{branch}/{service}" }, "ghcr.io/acme", "ghcr.io/acme/main/web:abc"],
        [{ template: "ghcr.io/other/{service}" }, "ghcr.io/acme", "ghcr.io/other/web:abc"],
        [{}, "docker.io/acme", "acme/shop-web:abc"],
        [{ image: "acme/app" }, "docker.io/acme", "acme/app:abc"],
    ])("%j in %s is %s", (given, registry, name) => {
        expect(imageName({ ...commit, ...given, registry })).toBe(name);
    });
});
