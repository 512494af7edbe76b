import { expect, it } from "vitest";
import { BuildConfigInput } from "../../common/schema/build-config.ts";

it.each([
    ["a variable", { environmentVariables: [{ name: "A", value: "a\0b" }] }],
    ["a build argument", { buildArgs: [{ name: "A", value: "a\0b" }] }],
    ["a command", { preBuildCommands: ["echo \0"] }],
])("%s with a NUL is refused when it is saved, not when it is used", (_, given) => {
    expect(BuildConfigInput.safeParse(given).error?.issues[0]?.message).toContain("NUL");
});
