import { describe, expect, it } from "vitest";
import { mistakesIn } from "../../../support/pipeline-text.ts";

/** Commands of so many characters together. */
function commands(characters: number): string {
    return JSON.stringify(Array.from({ length: characters / 1000 }, () => `: ${"x".repeat(998)}`));
}

const head = "stages: [test]\nimage: node:20\n";

describe("the scripts of a job", () => {
    it("may be long", async () => {
        expect(await mistakesIn(`${head}unit:\n  script: ${commands(45_000)}`)).toEqual([]);
    });

    it.each([
        ["by themselves", `unit:\n  script: ${commands(60_000)}`, "pipeline.yml:4:11"],
        [
            "with those of the file",
            `before_script: ${commands(30_000)}\nunit:\n  script: ${commands(30_000)}`,
            "pipeline.yml:5:11",
        ],
        [
            "with what comes after them",
            `unit:\n  script: ${commands(30_000)}\n  after_script: ${commands(30_000)}`,
            "pipeline.yml:4:11",
        ],
    ])("are too long %s", async (_, text, place) => {
        const [mistake = ""] = await mistakesIn(head + text);

        expect(mistake).toMatch(
            /: the scripts of unit take 1\d\d KB as the shell gets them; at most 100 KB; move commands into a file/,
        );
        expect(mistake.startsWith(`${place}: `)).toBe(true);
    });
});
