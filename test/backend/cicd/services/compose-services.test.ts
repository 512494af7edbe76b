import { describe, expect, it } from "vitest";
import { createServiceReader } from "../../../../backend/cicd/services/compose-services.ts";

function readerOf(files: Readonly<Record<string, string>>) {
    const asked: string[] = [];
    const read = createServiceReader(async (path) => {
        asked.push(path);
        return files[path];
    });
    return { read, asked };
}

describe("a look into a compose file", () => {
    it("tells its services", async () => {
        const { read } = readerOf({ "compose.yaml": "services:\n  web: { image: a }\n  db: { image: b }\n" });
        expect(await read("compose.yaml")).toEqual({ services: ["web", "db"], problem: undefined });
    });

    it.each([
        ["nothing", "", "line 1: the compose file is empty"],
        ["broken YAML", "services:\n  web: [\n", /^line \d+: /],
        ["another shape", "services: 5\n", /^line 1: services must be a map/],
        ["a text", "hello\n", "line 1: a compose file must be a map"],
        ["levels without end", `a: ${"[".repeat(5000)}${"]".repeat(5000)}`, /nested deeper/],
        [
            "aliases that multiply",
            `a: &a [${"x,".repeat(50)}]\n${["b", "c", "d", "e", "f", "g"].map((name, index) => `${name}: &${name} [${`*${"abcdef"[index] ?? ""},`.repeat(50)}]`).join("\n")}\n`,
            /^line \d+: /,
        ],
    ])("names the problem of a file with %s", async (_name, text, problem) => {
        const found = await readerOf({ "compose.yaml": text }).read("compose.yaml");
        expect(found.services).toEqual([]);
        expect(found.problem).toMatch(problem);
    });

    it("says that a link out of the repository, or no file at all, cannot be read", async () => {
        expect((await readerOf({}).read("compose.yaml")).problem).toMatch(/^it cannot be read/);
    });

    it("does not parse a large file", async () => {
        const { read } = readerOf({ "compose.yaml": `services:\n  web: { image: a }\n${"#".repeat(300_000)}` });
        expect(await read("compose.yaml")).toEqual({
            services: [],
            problem: "not looked into: it is larger than 64 KB",
        });
    });

    it("reads no further once the files together have become too large", async () => {
        const { read, asked } = readerOf({ huge: "#".repeat(70_000_000), small: "services: { web: { image: a } }" });
        await read("huge");
        expect((await read("small")).problem).toMatch(/^not looked into/);
        expect(asked).toEqual(["huge"]);
    });

    it("parses no more than a megabyte in all", async () => {
        const { read } = readerOf({ large: `services: { web: { image: a } }\n#${"#".repeat(60_000)}` });
        let parsed = 0;
        while ((await read("large")).services.length > 0) {
            parsed += 1;
        }
        expect(parsed).toBe(18);
        expect((await read("large")).problem).toMatch(/^not looked into: the files before/);
    });

    it("shows at most 100 services", async () => {
        const text = `services:\n${Array.from({ length: 130 }, (_, index) => `  s${index}: { image: a }`).join("\n")}\n`;
        const found = await readerOf({ "compose.yaml": text }).read("compose.yaml");
        expect(found.services).toHaveLength(100);
        expect(found.problem).toBe("it has 130 services; not all are shown");
    });
});
