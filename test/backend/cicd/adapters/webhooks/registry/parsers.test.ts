import { describe, expect, it } from "vitest";
import { registryWebhooks } from "../../../../../../backend/cicd/adapters/webhooks/registry/index.ts";
import { AppError } from "../../../../../../common/errors.ts";
import { matching } from "../../../../../support/containing.ts";
import { githubExamples, webhookFixture } from "../../../../../support/webhook-request.ts";

function parse(body: unknown, headers: Record<string, string> = {}) {
    const { payload, ...meaning } = registryWebhooks.parse({ body: Buffer.from(JSON.stringify(body)), headers });
    expect(payload).toEqual(body);
    return meaning;
}

const github = { "x-github-event": "registry_package" };
const digestOf = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
const ignored = (reason: RegExp) => ({ kind: "ignored", reason: matching(reason) });

describe("a push of an image, as told by", () => {
    it.each([
        ["Docker Hub", "docker-hub", {}, { image: "ada/shop:latest", digest: undefined }],
        ["GitHub", "github-registry-package", github, { image: "ghcr.io/ada-works/shop:main", digest: digestOf(1) }],
        [
            "a Distribution registry",
            "oci-notification",
            {},
            { image: "registry.example:5000/team/shop:1.4", digest: digestOf(2) },
        ],
        ["Harbor", "harbor", {}, { image: "harbor.example/team/shop:v1", digest: digestOf(4) }],
    ] as const)("%s", (_who, fixture, headers, image) => {
        expect(parse(webhookFixture(`registry/${fixture}`), headers)).toMatchObject({
            kind: "images",
            images: [image],
        });
    });

    it("GitHub, in the event package and in a form", () => {
        const { registry_package: found, ...rest } = webhookFixture("registry/github-registry-package");
        const body = new URLSearchParams({ payload: JSON.stringify({ ...rest, package: found }) }).toString();
        const headers = { "x-github-event": "package", "content-type": "application/x-www-form-urlencoded" };

        expect(registryWebhooks.parse({ body: Buffer.from(body), headers })).toMatchObject({
            kind: "images",
            images: [{ image: "ghcr.io/ada-works/shop:main" }],
        });
    });
});

describe("Docker Hub", () => {
    const body = (repo_name: string, tag: string) => ({ push_data: { tag }, repository: { repo_name } });

    it("names its own images without a namespace", () => {
        expect(parse(body("library/nginx", "1"))).toMatchObject({ images: [{ image: "nginx:1" }] });
        expect(parse(body("nginx", "1"))).toMatchObject({ images: [{ image: "nginx:1" }] });
    });

    it.each([
        ["an empty tag", body("ada/shop", "")],
        ["a tag that is none", body("ada/shop", "a b")],
        ["a tag with a digest", body("ada/shop", `x@${digestOf(1)}`)],
        ["a name that is none", body("../shop", "1")],
        ["the name of another host", body("/evil.example/shop", "1")],
    ])("is not believed %s", (_what, given) => {
        expect(parse(given)).toEqual({ ...ignored(/no image with a tag/), deliveryId: undefined });
    });

    it("has to name tag and repository", () => {
        expect(() => parse({ push_data: {}, repository: {} })).toThrow(AppError);
    });
});

describe("GitHub", () => {
    it("is ignored for packages that are no images, for versions without a tag, and for other events", () => {
        const examples = githubExamples().filter(({ name }) => name === "package" || name === "registry_package");
        expect(examples.length).toBeGreaterThan(0);
        for (const { name, examples: bodies } of examples) {
            for (const body of bodies) {
                expect(parse(body, { "x-github-event": name })).toMatchObject({ kind: "ignored" });
            }
        }
        expect(parse({ action: "deleted" }, github)).toEqual(ignored(/deleted/));
        expect(parse({ ref: "refs/heads/main" }, { "x-github-event": "push" })).toEqual(ignored(/of no registry/));
    });

    it("pings", () => {
        expect(parse({ zen: "Design for failure." }, { "x-github-event": "ping" })).toEqual({ kind: "ping" });
    });
});

describe("a Distribution registry", () => {
    const target = {
        mediaType: "application/vnd.oci.image.index.v1+json",
        repository: "shop",
        tag: "1",
        digest: digestOf(5),
    };
    const request = { host: "127.0.0.1:5000" };
    const event = { id: "e1", action: "push", target, request };

    it("may tell of several images at once; of one name the last counts", () => {
        const events = [
            { ...event, target: { ...target, digest: digestOf(6) } },
            { ...event, id: "e2", target: { ...target, tag: "2" } },
            { ...event, id: "e3" },
        ];

        expect(parse({ events })).toEqual({
            kind: "images",
            deliveryId: "e1",
            images: [
                { image: "127.0.0.1:5000/shop:1", digest: digestOf(5) },
                { image: "127.0.0.1:5000/shop:2", digest: digestOf(5) },
            ],
        });
    });

    it.each([
        ["a pull", { ...event, action: "pull" }],
        ["a deletion", { ...event, action: "delete" }],
        ["a layer", { ...event, target: { ...target, mediaType: "application/octet-stream" } }],
        ["an image without a tag", { ...event, target: { ...target, tag: undefined } }],
        ["no host", { ...event, request: undefined }],
        ["no target", { ...event, target: 7 }],
    ])("is ignored for %s", (_what, given) => {
        expect(parse({ events: [given] })).toMatchObject({ kind: "ignored", deliveryId: "e1" });
    });

    it("is ignored for no event at all", () => {
        expect(parse({ events: [] })).toMatchObject(ignored(/no image/));
    });

    it("keeps no digest that is none", () => {
        const given = { ...event, target: { ...target, digest: "sha256:1" } };
        expect(parse({ events: [given] })).toMatchObject({ images: [{ digest: undefined }] });
    });
});

describe("Harbor", () => {
    it.each([
        ["other events", { type: "DELETE_ARTIFACT", event_data: {} }],
        ["nothing", { type: "PUSH_ARTIFACT", event_data: { resources: null } }],
        [
            "images without a tag",
            { type: "PUSH_ARTIFACT", event_data: { resources: [{ resource_url: `h.example/a@${digestOf(1)}` }] } },
        ],
        [
            "a tag that is not that of the address",
            { type: "PUSH_ARTIFACT", event_data: { resources: [{ resource_url: "h.example/a:1", tag: "2" }] } },
        ],
    ])("is ignored for %s", (_what, body) => {
        expect(parse(body)).toMatchObject({ kind: "ignored" });
    });
});

it.each([
    ["an object of nobody", {}],
    ["a list", []],
    ["null", null],
])("%s is ignored", (_what, body) => {
    expect(parse(body)).toEqual(ignored(/of no registry/));
});

it.each([
    ["text", "hello"],
    ["nothing", ""],
    ["an events that is no list", '{"events": 1}'],
    ["a push_data that is no object", '{"push_data": 1}'],
])("%s cannot be read", (_what, text) => {
    expect(() => registryWebhooks.parse({ body: Buffer.from(text), headers: {} })).toThrow(AppError);
});
