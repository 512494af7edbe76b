import { expect, it } from "vitest";
import { composePathsOf } from "../../../../backend/cicd/services/compose-paths.ts";

it("finds compose files, the likeliest first", () => {
    const files = [
        "README.md",
        "apps/web/compose.yaml",
        "compose.override.yaml",
        "compose.prod.yml",
        "compose.yaml.bak",
        "docker-compose.override.yml",
        "docker-compose.yml",
        "docs/composer.yaml",
        "apps/web/docker-compose.dev.yaml",
        "mycompose.yaml",
    ];
    expect(composePathsOf(files)).toEqual([
        "docker-compose.yml",
        "compose.prod.yml",
        "apps/web/compose.yaml",
        "apps/web/docker-compose.dev.yaml",
    ]);
});

it("is not overrun by a repository full of them", () => {
    expect(composePathsOf(Array.from({ length: 500 }, (_, index) => `app-${index}/compose.yaml`))).toHaveLength(100);
});
