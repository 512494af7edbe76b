import { describe, expect, it } from "vitest";
import type { CliPorts } from "../../../backend/cli/cli-ports.ts";
import { runCli } from "../../../backend/cli/run-cli.ts";
import type { Preview } from "../../../common/schema/preview.ts";
import { noLocalRuns } from "../../support/no-local-runs.ts";

const nothing: Preview = {
    commitSha: "a".repeat(40),
    services: [{ service: "web", action: "none", reasons: [] }],
    filesWritten: [],
    filesRemoved: [],
    filesReplaced: [],
    warnings: [],
};
const something: Preview = {
    ...nothing,
    services: [{ service: "web", action: "recreate", reasons: ["image changed"], image: "b", previousImage: "a" }],
};
const refusal = { ok: false, error: { code: "not_found", message: "stack: shop is not connected" } };

/** The program against a server that answers so. */
function createProgram(answer: object, status = 200, environment: CliPorts["environment"] = { CICD_TOKEN: "t0ken" }) {
    const printed: string[] = [];
    const errors: string[] = [];
    const asked: { readonly url: string; readonly init: RequestInit | undefined }[] = [];
    const ports: CliPorts = {
        version: "1.2.3",
        environment,
        serve: () => Promise.reject(new Error("never")),
        openData: () => Promise.reject(new Error("never")),
        readPassword: () => Promise.reject(new Error("never")),
        readFile: async () => "from-file\n",
        findPipeline: () => Promise.reject(new Error("never")),
        local: noLocalRuns,
        async fetch(url, init) {
            asked.push({ url: url instanceof Request ? url.url : url.toString(), init });
            return Response.json(answer, { status });
        },
        sleep: async () => undefined,
        now: () => new Date(),
        print: (line) => printed.push(line),
        printError: (line) => errors.push(line),
    };
    return { run: (...argv: string[]) => runCli(["preview", ...argv], ports), printed, errors, asked };
}

describe("dockge-cicd preview", () => {
    it("ends with 0 where nothing would change", async () => {
        const { run, printed } = createProgram(nothing);

        expect(await run("shop")).toBe(0);

        expect(printed).toEqual([`Commit ${"a".repeat(40)} would change nothing of the stack:`, "  web: unchanged"]);
    });

    it("ends with 2 where something would, and says what", async () => {
        const { run, printed } = createProgram(something);

        expect(await run("shop")).toBe(2);

        expect(printed.slice(1)).toEqual(["  web: recreate (image changed)", "    image: a → b"]);
    });

    it("asks the server that is named for the commit that is named, with the token of the environment", async () => {
        const { run, asked } = createProgram(nothing, 200, { CICD_TOKEN_FILE: "/run/token" });

        await run("shop", "--url", "https://cicd.example/", "--tag", "v1");

        expect(asked).toMatchObject([
            {
                url: "https://cicd.example/api/v1/stacks/shop/preview",
                init: { method: "POST", body: '{"tag":"v1"}', headers: { authorization: "Bearer from-file" } },
            },
        ]);
    });

    it("prints the server's answer with --json", async () => {
        const { run, printed } = createProgram(something);

        expect(await run("shop", "--json")).toBe(2);

        expect(JSON.parse(printed.join("\n"))).toEqual(something);
    });

    it("ends with 1 and the server's own words where it refuses", async () => {
        const { run, errors } = createProgram(refusal, 404);

        expect(await run("shop")).toBe(1);

        expect(errors).toEqual(["stack: shop is not connected"]);
    });

    it.each([
        [[]],
        [["shop", "more"]],
        [["shop", "--branch", "a b"]],
        [["shop", "--nonsense"]],
        [["shop", "--url", "x"]],
    ])("ends with 1, not with 2, where it is used wrongly: %j", async (argv) => {
        const { run, errors } = createProgram(nothing);

        expect(await run(...argv)).toBe(1);

        expect(errors[0]).toContain("Usage: dockge-cicd preview");
    });

    it("ends with 1 without a token, which is never taken from the arguments", async () => {
        const { run, errors } = createProgram(nothing, 200, {});

        expect(await run("shop")).toBe(1);
        expect(await run("shop", "--token", "t0ken")).toBe(1);

        expect(errors[0]).toContain("CICD_TOKEN");
    });
});
