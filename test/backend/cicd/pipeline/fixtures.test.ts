import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeMistake } from "../../../../backend/cicd/pipeline/mistake.ts";
import { planText, showPlan } from "../../../support/pipeline-text.ts";

const folder = join(import.meta.dirname, "../../../fixtures/pipelines");
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".yml") ? [file.slice(0, -4)] : []));

/** Each `name.yml` gives the plan, or the mistakes, of `name.txt`, for a push to main that changed src/index.ts. */
it.each(names)("the pipeline %s gives what stands beside it", async (name) => {
    const result = await planText(readFileSync(join(folder, `${name}.yml`), "utf8"));
    const text = result.ok
        ? showPlan(result.plan)
        : `${result.mistakes.map((one) => describeMistake(one)).join("\n")}\n`;

    await expect(text).toMatchFileSnapshot(join(folder, `${name}.txt`));
});
