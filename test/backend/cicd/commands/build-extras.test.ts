import { describe, expect, it } from "vitest";
import { buildxBuild } from "../../../../backend/cicd/commands/buildx.ts";
import { composeBuild } from "../../../../backend/cicd/commands/compose.ts";
import { tagFile } from "../../../../backend/cicd/commands/tag-file.ts";

const extras = {
    secrets: ["TOKEN"],
    platforms: ["linux/amd64", "linux/arm64"],
    cacheFrom: ["type=registry,ref=r.example/web:old"],
    cacheTo: ["type=inline"],
};

describe("what a build does beside building", () => {
    it("stands in the flags of buildx, the secret's value in none of them", () => {
        const environment = { TOKEN: "s3cret" };
        const build = { directory: "/checkout", dockerfile: "Dockerfile", context: ".", tags: ["web:1"], environment };

        const { argv } = buildxBuild({ ...build, extras, target: "runtime", push: true });

        expect(argv).toEqual(
            expect.arrayContaining([
                "--push",
                "--target=runtime",
                "--secret=id=TOKEN,env=TOKEN",
                "--platform=linux/amd64,linux/arm64",
                "--cache-from=type=registry,ref=r.example/web:old",
                "--cache-to=type=inline",
            ]),
        );
        expect(argv).not.toContain("--load");
        expect(argv.join(" ")).not.toContain("s3cret");
    });

    it("stands in the tag file of compose, under names that are not the repository's", () => {
        const file: unknown = JSON.parse(tagFile(new Map([["web", "web:1"]]), new Map([["web", extras]])));

        expect(file).toEqual({
            services: {
                web: {
                    image: "web:1",
                    build: {
                        secrets: [{ source: "cicd-build-TOKEN", target: "TOKEN" }],
                        platforms: extras.platforms,
                        cache_from: extras.cacheFrom,
                        cache_to: extras.cacheTo,
                    },
                },
            },
            secrets: { "cicd-build-TOKEN": { environment: "TOKEN" } },
        });
    });

    it("makes compose push only where that is asked for", () => {
        const build = {
            stack: "shop",
            directory: "/checkout",
            files: ["/checkout/compose.yaml"],
            tagFile: "/tags",
            services: ["web"],
        };

        expect(composeBuild(build).argv).not.toContain("--push");
        expect(composeBuild({ ...build, push: true }).argv).toContain("--push");
    });
});
