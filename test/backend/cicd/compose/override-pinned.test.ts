import { describe, expect, it } from "vitest";
import { filesHashes } from "../../../../backend/cicd/compose/files-hash.ts";
import { imageName } from "../../../../backend/cicd/compose/image-name.ts";
import { buildOverride } from "../../../../backend/cicd/compose/override.ts";
import { readServiceModel } from "../../../../backend/cicd/compose/service-model.ts";
import { loadMemoryProject } from "../../../support/compose-files.ts";

const commit = "c".repeat(40);
const compose = `services:
  web:
    build: ./web
    environment: {TOKEN: "\${TOKEN}", PORT: "\${PORT}", MODE: plain}
    ports: ["\${PORT}:80"]
    labels: [a=b]
    volumes: ["./conf:/etc/conf:ro", "./data:/data"]
    depends_on: {db: {condition: service_started}}
  db:
    image: postgres:\${VERSION}
    configs: [tuning]
  plain:
    image: cicd/busybox:1
configs:
  tuning: {content: "size=\${PORT}"}
`;

/**
 * What stands here reaches Compose's own hash of a service. A program that writes something else recreates every
 * container of every stack at its first deployment, so a change has to be meant, and told in the change log.
 */
describe("what reaches the containers is the same in every version of this program:", () => {
    it("the services of the override", async () => {
        const project = await loadMemoryProject({ "compose.yaml": compose, "conf/app.conf": "x" });
        const image = imageName({ stack: "shop", service: "web", commitSha: commit });
        const override = buildOverride({
            project,
            stack: "shop",
            commitSha: commit,
            deploymentId: "d1",
            images: new Map([["web", image]]),
            filesHashes: filesHashes({
                project,
                lookup: (name) => (name === "PORT" ? "8080" : undefined),
                digests: new Map([["conf/app.conf", "digest"]]),
                hash: (text) => `hash of ${text}`,
            }),
            variables: [
                { name: "TOKEN", value: "s3cret", secret: true },
                { name: "PORT", value: "8080", secret: false },
                { name: "VERSION", value: "17", secret: false },
            ],
        });

        expect(override.slice(override.indexOf("services:"))).toMatchInlineSnapshot(`
          "services:
            web:
              environment:
                TOKEN: "\${TOKEN:?set by CI/CD}"
                PORT: "8080"
              ports: !override
                - "8080:80"
              image: "shop-web:cccccccccccccccccccccccccccccccccccccccc"
              pull_policy: "never"
              build: !reset null
              labels:
                cicd.files-hash: "hash of conf/app.conf digest"
            db:
              image: "postgres:17"
              labels:
                cicd.files-hash: "hash of configs.tuning content hash of size=8080"
          configs:
            tuning:
              content: "size=8080"
          "
        `);
    });

    it("and what a service's own hash is taken of", () => {
        const rendered = {
            name: "shop",
            services: {
                web: {
                    image: "shop-web:1",
                    command: ["sleep", "1"],
                    environment: { B: "2", A: "1" },
                    labels: { "cicd.files-hash": "x", kept: "y" },
                    deploy: { replicas: 2, resources: { limits: { memory: "64m" } } },
                    pull_policy: "never",
                    volumes: [{ type: "bind", source: "/releases/d1/files/data", target: "/data" }],
                    networks: { default: null },
                },
            },
        };
        const [web] = readServiceModel(JSON.stringify(rendered), {
            from: "/releases/d1/files",
            to: "/stacks/shop",
        }).services;

        expect(web?.canonical).toMatchInlineSnapshot(
            `"{"command":["sleep","1"],"deploy":{"resources":{"limits":{"memory":"64m"}}},"environment":{"A":"1","B":"2"},"image":"shop-web:1","labels":{"kept":"y"},"networks":{"default":null},"volumes":[{"source":"/stacks/shop/data","target":"/data","type":"bind"}]}"`,
        );
    });
});
