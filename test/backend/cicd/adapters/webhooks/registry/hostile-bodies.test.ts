import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDockerHub } from "../../../../../../backend/cicd/adapters/webhooks/registry/docker-hub.ts";
import { parseGithubPackages } from "../../../../../../backend/cicd/adapters/webhooks/registry/github-packages.ts";
import { parseHarbor } from "../../../../../../backend/cicd/adapters/webhooks/registry/harbor.ts";
import { registryWebhooks } from "../../../../../../backend/cicd/adapters/webhooks/registry/index.ts";
import { parseOciNotification } from "../../../../../../backend/cicd/adapters/webhooks/registry/oci-notification.ts";
import { readImageReference } from "../../../../../../backend/cicd/core/image-reference.ts";
import type { RegistryPush } from "../../../../../../backend/cicd/core/registry-push.ts";
import { AppError } from "../../../../../../common/errors.ts";

/** An AppError counts as an answer, anything else that is thrown does not. */
function answerOf(parse: () => RegistryPush): RegistryPush | undefined {
    try {
        return parse();
    } catch (error) {
        if (!(error instanceof AppError) || error.code !== "invalid") {
            throw error;
        }
        return undefined;
    }
}

/** Whatever a stranger writes: only names of images with a tag, and digests, come out. */
function expectPlain(meaning: RegistryPush | undefined): void {
    if (meaning?.kind !== "images") {
        return;
    }
    expect(meaning.images.length).toBeLessThanOrEqual(100);
    for (const { image, digest } of meaning.images) {
        expect(readImageReference(image)?.tag).toBeDefined();
        expect(image).toMatch(/^[\w.:/[\]-]+$/);
        expect(digest ?? "sha256:").toMatch(/^sha256:([0-9a-f]{64})?$/);
    }
}

const name = fc.oneof(
    fc.constantFrom("shop", "ada/shop", "ghcr.io/o/app", "127.0.0.1:5000", "registry.example/a:1", "-x", "../..", ""),
    fc.string({ unit: "binary", maxLength: 40 }),
);
const digest = fc.oneof(fc.constantFrom(`sha256:${"a".repeat(64)}`, "sha256:1"), fc.string());
const value = fc.oneof(name, digest, fc.anything());

const target = fc.record(
    { mediaType: fc.constant("application/vnd.oci.image.manifest.v1+json"), repository: name, tag: value, digest },
    { requiredKeys: ["mediaType"] },
);
const event = fc.record(
    {
        id: value,
        action: fc.constantFrom("push", "pull", 1),
        target: fc.oneof(target, value),
        request: fc.record({ host: name }),
    },
    { requiredKeys: [] },
);
const version = fc.record(
    {
        package_url: fc.oneof(
            fc.tuple(name, name).map(([a, b]) => `${a}:${b}`),
            value,
        ),
        container_metadata: fc.oneof(fc.record({ tag: fc.record({ name: value, digest }) }), value),
    },
    { requiredKeys: [] },
);
const resource = fc.record({ resource_url: name, tag: value, digest: value }, { requiredKeys: [] });

const parsers = [
    [
        "Docker Hub",
        parseDockerHub,
        fc.record({ push_data: fc.record({ tag: value }), repository: fc.record({ repo_name: value }) }),
    ],
    [
        "GitHub",
        parseGithubPackages,
        fc.record({ action: fc.constantFrom("published", 1), package: fc.record({ package_version: version }) }),
    ],
    [
        "a Distribution registry",
        parseOciNotification,
        fc.record({ events: fc.oneof(fc.array(event, { maxLength: 5 }), fc.anything()) }),
    ],
    [
        "Harbor",
        parseHarbor,
        fc.record({
            type: fc.constantFrom("PUSH_ARTIFACT", "x"),
            event_data: fc.record({ resources: fc.array(resource, { maxLength: 5 }) }),
        }),
    ],
] as const;

describe.each(parsers)("%s", (_who, parse, almost) => {
    it("answers or refuses any value", () => {
        fc.assert(fc.property(fc.anything(), (body) => expectPlain(answerOf(() => parse(body)))));
    });

    it("hands on only names and digests of images", () => {
        fc.assert(
            fc.property(almost, (body) => expectPlain(answerOf(() => parse(body)))),
            { numRuns: 500 },
        );
    });
});

describe("the hook of registries", () => {
    it("answers or refuses any bytes and any JSON", () => {
        const read = (body: Uint8Array) => expectPlain(answerOf(() => registryWebhooks.parse({ body, headers: {} })));
        fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), read));
        fc.assert(fc.property(fc.json(), (text) => read(Buffer.from(text))));
    });

    it("reads a body of 10⁵ events in bounded time, and takes no more than 100 images from it", () => {
        const events = Array.from({ length: 100_000 }, (_, index) => ({
            action: "push",
            target: { mediaType: "application/vnd.oci.image.manifest.v1+json", repository: "a", tag: `t${index}` },
            request: { host: "h.example" },
        }));
        const started = performance.now();
        const meaning = parseOciNotification({ events });
        expect(meaning.kind === "images" && meaning.images).toHaveLength(100);
        expect(performance.now() - started).toBeLessThan(5000);
    });
});
