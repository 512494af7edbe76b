import { describe, expect, it } from "vitest";
import { findComposeFile, stackFileName } from "../../../../backend/cicd/compose/find-compose-file.ts";
import { containing } from "../../../support/containing.ts";

describe("findComposeFile", () => {
    it.each([
        [["compose.yml", "docker-compose.yml", "compose.yaml"], "compose.yaml"],
        [["docker-compose.yml", "compose.yml"], "compose.yml"],
        [["docker-compose.yml", "docker-compose.yaml"], "docker-compose.yaml"],
        [["docker-compose.yml", "README.md"], "docker-compose.yml"],
    ])("of %j takes %s", (paths, expected) => {
        expect(findComposeFile(paths)).toEqual({ ok: true, files: [expected], folder: "" });
    });

    it("takes composePath, with its folder, and composeFiles after it", () => {
        const paths = ["compose.yaml", "apps/web/prod.yaml", "apps/web/extra.yaml"];

        const found = findComposeFile(paths, {
            composePath: "./apps/web/prod.yaml",
            composeFiles: ["apps/web/prod.yaml", "apps/web/extra.yaml"],
        });

        expect(found).toEqual({ ok: true, files: ["apps/web/prod.yaml", "apps/web/extra.yaml"], folder: "apps/web" });
    });

    it("names what is there when nothing is at the root", () => {
        expect(findComposeFile(["a/b/compose.yml", "z/compose.yaml"])).toEqual({
            ok: false,
            message: containing("choose one of z/compose.yaml, a/b/compose.yml"),
        });
    });

    it("names the field whose file is missing", () => {
        expect(findComposeFile(["compose.yaml"], { composeFiles: ["x.yaml"] })).toEqual({
            ok: false,
            message: containing("composeFiles: x.yaml is not in the repository"),
        });
    });
});

describe("stackFileName", () => {
    it.each([
        ["docker-compose.yml", ["docker-compose.yml"], "docker-compose.yml"],
        ["deploy/prod.yaml", ["deploy/prod.yaml"], "compose.yaml"],
        ["docker-compose.yml", ["compose.yml", "docker-compose.yml"], "compose.yaml"],
        ["a/compose.yml", ["compose.yaml", "a/compose.yml"], "compose.yml"],
    ])("writes %s among %j as %s", (path, tracked, expected) => {
        expect(stackFileName(path, tracked)).toBe(expected);
    });
});
