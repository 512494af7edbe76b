import { describe, expect, it } from "vitest";
import { wholeOutput } from "../../../../../backend/cicd/adapters/docker/check-output.ts";

const cut = " … (the rest is cut)";

describe("the output of a health check", () => {
    it.each([
        ["is left as it is where it is short", "waiting ...", "waiting ..."],
        ["is left as it is where it fills what is kept", "x".repeat(4096), "x".repeat(4096)],
        ["loses the line that was cut", `${"x".repeat(4080)}\nTOKEN=hunter2-hu...`, `${"x".repeat(4080)}${cut}`],
        [
            "loses the word that was cut where it is one line",
            `${"x ".repeat(2040)}hunter2-hunter2-...`,
            `${"x ".repeat(2040).trimEnd()}${cut}`,
        ],
        ["loses all where it is one word", `${"x".repeat(4096)}...`, cut],
    ])("%s", (_what, output, expected) => {
        expect(wholeOutput(output)).toBe(expected);
    });
});
