import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { pipelineJsonSchema } from "../../common/schema/pipeline-json-schema.ts";

it("docs/pipeline.schema.json is current (else: npx tsx extra/pipeline-schema.ts)", async () => {
    const written: unknown = JSON.parse(
        await readFile(new URL("../../docs/pipeline.schema.json", import.meta.url), "utf8"),
    );

    expect(written).toEqual(JSON.parse(JSON.stringify(pipelineJsonSchema())));
});

it("the schema names every key that the linter knows, and says what each is for", () => {
    const text = JSON.stringify(pipelineJsonSchema());

    for (const key of [
        "stages",
        "include",
        "parallelism",
        "needs",
        "artifacts",
        "matrix",
        "entrypoint",
        "allow_failure",
    ]) {
        expect(text).toMatch(new RegExp(`"${key}":\\{[^{}]*("description"|"\\$ref"|"anyOf")`));
    }
});
