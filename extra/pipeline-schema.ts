import { readFile, writeFile } from "node:fs/promises";
import { pipelineJsonSchema } from "../common/schema/pipeline-json-schema.ts";

/**
 * Writes docs/pipeline.schema.json, the JSON Schema of pipeline.yml for editors; with `--check` it only tells whether the
 * file is current.
 */
const target = new URL("../docs/pipeline.schema.json", import.meta.url);
const text = `${JSON.stringify(pipelineJsonSchema(), null, 4)}\n`;

if (!process.argv.includes("--check")) {
    await writeFile(target, text);
    console.log("docs/pipeline.schema.json is written.");
} else if ((await readFile(target, "utf8").catch(() => "")) === text) {
    console.log("docs/pipeline.schema.json is current.");
} else {
    console.error("docs/pipeline.schema.json is out of date; run: npx tsx extra/pipeline-schema.ts");
    process.exitCode = 1;
}
