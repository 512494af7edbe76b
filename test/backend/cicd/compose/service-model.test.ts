import { describe, expect, it } from "vitest";
import { readServiceModel, serviceHashes } from "../../../../backend/cicd/compose/service-model.ts";

function model(services: Readonly<Record<string, object>>, moved?: { from: string; to: string }) {
    return readServiceModel(JSON.stringify({ name: "shop", services }), moved);
}

const identity = (text: string): string => text;

function hashOf(service: object, moved?: { from: string; to: string }): string | undefined {
    return serviceHashes(model({ web: service }, moved), identity)["web"];
}

describe("readServiceModel", () => {
    it("orders services by everything that makes one need another", () => {
        const { services } = model({
            front: { depends_on: { web: { condition: "service_started", required: true } } },
            web: { depends_on: { migrate: { condition: "service_completed_successfully" } }, links: ["cache:c"] },
            migrate: { volumes_from: ["data:ro", "container:other"] },
            side: { network_mode: "service:front" },
            cache: {},
            data: {},
        });

        expect(services.map(({ name }) => name)).toEqual(["data", "migrate", "cache", "web", "front", "side"]);
        expect(services.find(({ name }) => name === "side")?.sharesWith).toEqual(["front"]);
    });

    it("does not hang on a circle", () => {
        const circle = model({ a: { depends_on: { b: {} } }, b: { depends_on: { a: {} } } });

        expect(circle.services).toHaveLength(2);
    });

    it("knows one-shot services by who waits for them, or by label", () => {
        const { services } = model({
            web: { depends_on: { migrate: { condition: "service_completed_successfully" } } },
            migrate: {},
            seed: { labels: { "cicd.one-shot": "true" } },
        });

        expect(services.filter(({ oneShot }) => oneShot).map(({ name }) => name)).toEqual(["migrate", "seed"]);
    });

    it("reads what planning needs", () => {
        const { services } = model(
            {
                web: {
                    image: "a:1",
                    container_name: "the-web",
                    deploy: { replicas: 2 },
                    restart: "always",
                    healthcheck: { disable: true },
                    ports: [
                        { published: "8080", target: 80, protocol: "tcp", host_ip: "127.0.0.1" },
                        { published: "9000-9005", target: 90 },
                        { target: 91 },
                    ],
                    volumes: [
                        { type: "bind", source: "/stage/conf", target: "/c" },
                        { type: "volume", source: "v" },
                    ],
                },
            },
            { from: "/stage", to: "/opt/stacks/shop" },
        );

        expect(services[0]).toMatchObject({
            image: "a:1",
            containerName: "the-web",
            replicas: 2,
            restart: "always",
            healthCheck: "disabled",
            publishedPorts: [{ hostIp: "127.0.0.1", port: 8080, protocol: "tcp" }],
            bindMounts: [{ source: "/opt/stacks/shop/conf", target: "/c" }],
        });
    });

    it("refuses other text", () => {
        expect(() => readServiceModel("no json")).toThrow("docker compose config");
    });
});

describe("serviceHashes", () => {
    const web = { image: "a:1", environment: { A: "1", B: "2" } };

    it("does not depend on the order of keys, nor on what Compose ignores", () => {
        const same = {
            environment: { B: "2", A: "1" },
            image: "a:1",
            pull_policy: "never",
            build: { context: "." },
            scale: 3,
            profiles: ["x"],
        };

        expect(hashOf(same)).toBe(hashOf(web));
        expect(hashOf({ ...web, labels: { "cicd.files-hash": "x" } })).toBe(hashOf({ ...web, labels: {} }));
    });

    it("is the same for a stack rendered in another directory", () => {
        const rendered = (root: string) => ({
            image: "a",
            volumes: [
                { type: "bind", source: `${root}/d` },
                { type: "bind", source: `${root}x` },
            ],
        });

        const staged = hashOf(rendered("/w/stage"), { from: "/w/stage", to: "/s/shop" });

        expect(staged).toContain("/s/shop/d");
        expect(staged).toContain("/w/stagex");
    });

    it.each([
        ["image", { image: "a:2" }],
        ["environment", { environment: { A: "2" } }],
        ["labels", { labels: { x: "y" } }],
    ])("changes with %s", (_, change) => {
        expect(hashOf({ ...web, ...change })).not.toBe(hashOf(web));
    });
});
