import { describe, expect, it } from "vitest";
import { buildArgFlags } from "../../../../backend/cicd/commands/build-arg-flags.ts";
import { buildxBuild } from "../../../../backend/cicd/commands/buildx.ts";

describe("buildxBuild", () => {
    it("builds one image and loads it into the engine", () => {
        const command = buildxBuild({
            directory: "/w",
            dockerfile: "docker/Dockerfile",
            context: "-odd",
            tags: ["shop-web:abc"],
            buildArgs: [{ name: "A", value: "1" }],
            environment: { X: "y" },
        });

        expect(command.argv.join(" ")).toBe(
            "docker buildx build --load --progress plain -f ./docker/Dockerfile -t shop-web:abc --build-arg A -- ./-odd",
        );
        expect(command).toMatchObject({ directory: "/w", environment: { X: "y", A: "1" } });
    });
});

describe("buildArgFlags", () => {
    it.each([
        ["a new name", { name: "A", value: "1" }, {}, "A", { A: "1" }],
        ["a name with the same value", { name: "A", value: "1" }, { A: "1" }, "A", { A: "1" }],
        ["a name with another value", { name: "A", value: "1" }, { A: "2" }, "A=1", {}],
        ["a name that steers the program", { name: "DOCKER_HOST", value: "x" }, {}, "DOCKER_HOST=x", {}],
        ["PATH", { name: "PATH", value: "/x" }, {}, "PATH=/x", {}],
    ])("gives %s", (_, argument, environment, flag, added) => {
        expect(buildArgFlags([argument], environment)).toEqual({ flags: ["--build-arg", flag], environment: added });
    });
});
