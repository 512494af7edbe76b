import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCompose } from "../../../../backend/cicd/compose/parse-compose.ts";
import { toData, treeAt } from "../../../../backend/cicd/compose/tree.ts";
import { containing } from "../../../support/containing.ts";

function parse(text: string) {
    return parseCompose("compose.yaml", text);
}

function data(text: string): unknown {
    const parsed = parse(text);
    return parsed.ok ? toData(parsed.file.tree) : parsed.mistakes;
}

describe("parseCompose", () => {
    it("keeps variables, Compose's tags and the way scalars are written", () => {
        const parsed = parse("services:\n  web:\n    image: app:${TAG:-1}\n    build: !reset null\n    x-mode: 0440\n");

        expect(parsed).toMatchObject({ ok: true });
        const tree = parsed.ok ? parsed.file.tree : undefined;
        expect(treeAt(tree, "services", "web", "image")).toMatchObject({
            text: "app:${TAG:-1}",
            place: { line: 3, column: 12 },
        });
        expect(treeAt(tree, "services", "web", "build")).toMatchObject({ tag: "!reset" });
        expect(treeAt(tree, "services", "web", "x-mode")).toMatchObject({ text: "0440", style: "plain" });
    });

    it("resolves anchors, aliases and merge keys, own keys first", () => {
        const text = "x-a: &a {image: one, restart: always}\nservices:\n  web:\n    <<: *a\n    image: two\n  db: *a\n";

        expect(data(text)).toMatchObject({
            services: { web: { image: "two", restart: "always" }, db: { image: "one", restart: "always" } },
        });
    });

    it.each([
        ["CRLF line ends", "services:\r\n  web:\r\n    image: a\r\n"],
        ["a byte order mark", "\uFEFFservices:\n  web:\n    image: a\n"],
        ["JSON", '{"services": {"web": {"image": "a"}}}'],
    ])("reads %s", (_, text) => {
        expect(data(text)).toEqual({ services: { web: { image: "a" } } });
    });

    it("tells all structural mistakes at once, each with its place", () => {
        const text = "services:\n  web:\n    image: [a]\n  db: hello\n  app:\n    image: x\n    ports: 80\n";

        const parsed = parse(text);

        expect(parsed.ok ? [] : parsed.mistakes).toMatchObject([
            {
                file: "compose.yaml",
                line: 3,
                column: 12,
                message: containing("services.web.image must be a text"),
            },
            { line: 4, column: 7, message: containing("services.db must be a map") },
            { line: 7, column: 12, message: containing("services.app.ports must be a list") },
        ]);
    });

    it.each([
        ["an empty file", "", "is empty"],
        ["only a comment", "# nothing\n", "is empty"],
        ["a list", "- a\n", "must be a map"],
        ["a duplicate key", "services:\n  web: {image: a}\n  web: {image: b}\n", "unique"],
        ["bad indentation", "services:\n  web:\n   image: a\n  - x\n", ""],
        ["two documents", "services: {}\n---\nservices: {}\n", "second YAML document"],
        ["an unknown alias", "services: {web: *nobody}\n", "unknown alias *nobody"],
        ["an alias that holds itself", "a: &a [*a]\n", "unknown alias *a"],
        ["deep nesting", `a: ${"[".repeat(50_000)}`, "nested deeper"],
        ["deep compact nesting", "- ".repeat(40_000), "nested deeper"],
        ["very many keys", "a: 1\n".repeat(100_000), "pieces of YAML"],
        ["a huge file", `a: ${"x".repeat(5 * 1024 * 1024)}`, "larger than 5 MB"],
        ["an alias bomb", bomb(), "once its aliases are resolved"],
    ])("refuses %s with a mistake", (_, text, message) => {
        const parsed = parse(text);

        expect(parsed.ok).toBe(false);
        expect(parsed.ok ? "" : parsed.mistakes[0]?.message).toContain(message);
    });

    it("tells the place of a duplicate key", () => {
        const parsed = parse("services:\n  web: {image: a}\n  web: {image: b}\n");

        expect(parsed).toMatchObject({ ok: false, mistakes: [{ line: 3, column: 3 }] });
    });

    it("stays quick with very many keys", () => {
        const keys = Array.from({ length: 10_000 }, (_, index) => `  k${index}: v\n`);

        expect(parse(`services: {web: {image: a}}\nx-a:\n${keys.join("")}`).ok).toBe(true);
    });

    it("never throws, whatever the text", () => {
        fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => void parse(text)));
        const yamlish = fc.array(
            fc.constantFrom("a: ", "- ", "\n", "  ", "*a", "&a ", "!reset ", "[", "}", "<<: ", "'", "${X}"),
        );
        fc.assert(fc.property(yamlish, (parts) => void parse(parts.join(""))));
    });
});

function bomb(): string {
    const levels = Array.from(
        { length: 12 },
        (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(10)}]`,
    );
    return ["l0: &l0 x", ...levels].join("\n");
}
