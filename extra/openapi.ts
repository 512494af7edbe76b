import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { describeRoutes } from "../backend/cicd/http/openapi.ts";
import { routes } from "../backend/cicd/http/routes.ts";

/**
 * Writes docs/openapi.json from the table of routes; with `--check` it only tells whether the file is current.
 */
const target = new URL("../docs/openapi.json", import.meta.url);
const packageFile = new URL("../package.json", import.meta.url);

const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(packageFile, "utf8")));
const description = await describeRoutes(routes, version);
const text = `${JSON.stringify(description, null, 4)}\n`;

if (!process.argv.includes("--check")) {
    await writeFile(target, text);
    console.log("docs/openapi.json is written.");
} else if ((await readFile(target, "utf8").catch(() => "")) === text) {
    console.log("docs/openapi.json is current.");
} else {
    console.error("docs/openapi.json is out of date; run: npx tsx extra/openapi.ts");
    process.exitCode = 1;
}
