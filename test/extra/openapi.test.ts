import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { z } from "zod";
import { describeRoutes } from "../../backend/cicd/http/openapi.ts";
import { routes } from "../../backend/cicd/http/routes.ts";

async function readJson(path: string): Promise<unknown> {
    return JSON.parse(await readFile(new URL(path, import.meta.url), "utf8"));
}

it("docs/openapi.json is current (else: npx tsx extra/openapi.ts)", async () => {
    const { version } = z.object({ version: z.string() }).parse(await readJson("../../package.json"));
    const wanted: unknown = JSON.parse(JSON.stringify(await describeRoutes(routes, version)));
    expect(await readJson("../../docs/openapi.json")).toEqual(wanted);
});
