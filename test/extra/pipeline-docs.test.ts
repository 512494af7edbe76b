import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { mistakesIn } from "../support/pipeline-text.ts";

it("every pipeline in docs/pipelines.md is right", async () => {
    const text = await readFile(new URL("../../docs/pipelines.md", import.meta.url), "utf8");
    const examples = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, example = ""]) => example);

    expect(examples.length).toBeGreaterThan(1);
    expect(await Promise.all(examples.map((example) => mistakesIn(example)))).toEqual(examples.map(() => []));
});
