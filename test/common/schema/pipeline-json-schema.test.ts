import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { pipelineJsonSchema } from "../../../common/schema/pipeline-json-schema.ts";

const folder = join(import.meta.dirname, "../../fixtures/pipelines");
const names = readdirSync(folder).flatMap((file) => (file.endsWith(".yml") ? [file.slice(0, -4)] : []));
const good = names.filter((name) => !readFileSync(join(folder, `${name}.txt`), "utf8").startsWith("pipeline.yml:"));

/** What reads the schema back does not know `patternProperties` beside others: templates are taken away here. */
const { patternProperties, ...plain } = pipelineJsonSchema();
const schema = z.fromJSONSchema(plain, { defaultTarget: "draft-2020-12" });

function isAccepted(name: string): boolean {
    const data: unknown = parse(readFileSync(join(folder, `${name}.yml`), "utf8"), { merge: true });
    const entries = z.record(z.string(), z.unknown()).safeParse(data).data;
    const own = entries && Object.fromEntries(Object.entries(entries).filter(([key]) => !/^(?:\.|x-)/.test(key)));
    return schema.safeParse(own ?? data).success;
}

describe("the JSON Schema of pipelines", () => {
    it.each(good)("accepts %s", (name) => {
        expect(isAccepted(name)).toBe(true);
    });

    it.each([
        "bad-values",
        "empty-scripts",
        "needs-wrong",
        "not-a-map",
        "nothing",
        "outside-cache",
        "services-wrong",
        "unknown-keys",
    ])("refuses the shape of %s", (name) => {
        expect(isAccepted(name)).toBe(false);
    });

    it("leaves templates for anchors alone", () => {
        expect(patternProperties).toEqual({ "^(?:\\.|x-)": true });
    });
});
