import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadProject } from "../../../../backend/cicd/compose/load-project.ts";
import { isClearTemplate, substitute, variableNames } from "../../../../backend/cicd/compose/interpolation.ts";
import { parseCompose } from "../../../../backend/cicd/compose/parse-compose.ts";
import { assignmentsOf, mountOf, splitAssignment } from "../../../../backend/cicd/compose/short-syntax.ts";
import { textNode, listNode, toData } from "../../../../backend/cicd/compose/tree.ts";
import { memoryReader, type MemoryFiles } from "../../../support/compose-files.ts";
import { containing } from "../../../support/containing.ts";

const web = "services:\n  web:\n    image: a\n";

function parse(text: string) {
    return parseCompose("compose.yaml", text);
}

async function load(files: MemoryFiles) {
    const started = performance.now();
    const loaded = await loadProject({
        reader: memoryReader(files),
        files: ["compose.yaml"],
        folder: "",
        lookup: () => undefined,
    });
    return { loaded, milliseconds: performance.now() - started };
}

// What Compose makes of each was seen with Compose itself.
describe("text that Compose reads otherwise than others do", () => {
    it.each([
        ["a line separator in a comment", "    # x\u2028    env_file: /etc/passwd\n", "U+2028", 4],
        ["a paragraph separator", "    # x\u2029    env_file: /etc/passwd\n", "U+2029", 4],
        ["a next-line character", "    # x\u0085    env_file: /etc/passwd\n", "U+0085", 4],
        ["a lone carriage return", "    # x\r    env_file: /etc/passwd\n", "U+000D", 4],
        ["NUL", "    hostname: 'a\u0000b'\n", "U+0000", 4],
        ["an escape character", "    hostname: 'a\u001Bb'\n", "U+001B", 4],
        ["bytes that are no UTF-8", "    hostname: 'a\uFFFDb'\n", "U+FFFD", 4],
        ["a byte order mark further down", "    # x\n\uFEFF\n", "U+FEFF", 5],
        ["what is decoded", "    hostname: !!binary aGVsbG8=\n", "!!binary is not allowed", 4],
        ["what is decoded, by a tag's long name", "    hostname: !<tag:yaml.org,2002:binary> aA==\n", "!!binary", 4],
        ["a set", "    volumes: !!set {a, b}\n", "!!set is not allowed", 4],
        ["a key of JavaScript's own", "    environment: {__proto__: x}\n", "__proto__ is not allowed", 4],
    ])("is refused: %s", (_, lines, words, line) => {
        expect(parse(web + lines)).toMatchObject({ ok: false, mistakes: [{ line, message: containing(words) }] });
    });

    it("finds tags under a handle of the file's own", () => {
        const parsed = parse(`%TAG !b! tag:yaml.org,2002:\n---\n${web}    hostname: !b!binary aGVsbG8=\n`);

        expect(parsed).toMatchObject({ ok: false, mistakes: [{ message: containing("!!binary") }] });
    });

    it("lets ordinary files of other systems pass", () => {
        const parsed = parse(`\uFEFF${web}    hostname: "h\u00E9 \u{1F600}"\n`.replaceAll("\n", "\r\n"));

        expect(parsed.ok && toData(parsed.file.tree)).toEqual({
            services: { web: { image: "a", hostname: "h\u00E9 \u{1F600}" } },
        });
    });

    it("takes the anchor that began last, as Compose does", () => {
        const parsed = parse(`x-a: &a {path: a.env, inner: &a /etc/passwd}\n${web}    hostname: *a\n`);

        expect(parsed.ok && toData(parsed.file.tree)).toMatchObject({ services: { web: { hostname: "/etc/passwd" } } });
    });

    it("refuses an anchor that holds itself", () => {
        expect(parse(`x-a: &a [*a]\n${web}`)).toMatchObject({ ok: false, mistakes: [{ message: containing("*a") }] });
    });

    it.each(["constructor", "toString", "hasOwnProperty", "valueOf"])(
        "has no trouble with the name %s",
        async (name) => {
            const { loaded } = await load({
                "compose.yaml": `services: {${name}: {image: a, labels: {${name}: b}}}\n`,
            });

            expect(loaded.ok).toBe(true);
        },
    );
});

describe("a compose file that is meant to take long", () => {
    const services = (count: number): string =>
        `services:\n${Array.from({ length: count }, (_, at) => `  s${at}: {image: a, ports: [80]}\n`).join("")}`;
    const doubling = Array.from(
        { length: 30 },
        (_, at) => `x-${at + 1}: &a${at + 1} {<<: [*a${at}, *a${at}], k: [*a${at}, *a${at}]}`,
    );

    it.each([
        ["10,000 services", services(10_000), "pieces"],
        ["5 MB of services", services(100_000), "pieces"],
        ["5 MB in one list", `x: [${"a,".repeat(2_400_000)}]\n${web}`, "pieces"],
        ["5 MB of lines", `x:\n${"  - a\n".repeat(830_000)}${web}`, "pieces"],
        ["5 MB of comments", `${"# a\n".repeat(1_200_000)}${web}`, "pieces"],
        ["5 MB of text", `x-a: ${"a".repeat(4_900_000)}\n${web}`, undefined],
        ["5 MB of text in lines", `x-a: |\n${`  ${"a".repeat(70)}\n`.repeat(68_000)}${web}`, undefined],
        ["merges that multiply", `x-0: &a0 {k: v}\n${doubling.join("\n")}\n${web}`, "once its aliases"],
        ["variables in variables", `x-a: "${"${A:-".repeat(10_000)}${"}".repeat(10_000)}"\n${web}`, undefined],
        ["variables that never end", `x-a: "${"${A:-".repeat(900_000)}"\n${web}`, undefined],
        ["dollar signs", `x-a: '${"$".repeat(4_900_001)}'\n${web}`, undefined],
        ["braces", `x-a: '${"${A:-{{".repeat(600_000)}'\n${web}`, undefined],
        ["a long key", `? ${"k".repeat(4_900_000)}\n: 1\n${web}`, undefined],
    ])("is read, or refused, within two seconds: %s", async (_, text, words) => {
        const { loaded, milliseconds } = await load({ "compose.yaml": text });

        expect(milliseconds).toBeLessThan(2000);
        expect(loaded).toMatchObject(
            words === undefined ? { ok: true } : { violations: [{ message: containing(words) }] },
        );
    });

    it("reads no more than 100 files, and no more than they may hold together", async () => {
        const names = Array.from({ length: 1000 }, (_, at) => `i${at}.yaml`);
        const root = `include: [${names.join(", ")}]\n${web}`;
        const small = Object.fromEntries(names.map((name, at) => [name, `services: {t${at}: {image: a}}`]));
        const large = Object.fromEntries(
            names.slice(0, 20).map((name) => [name, services(2000).replaceAll("  s", `  ${name}`)]),
        );

        expect((await load({ ...small, "compose.yaml": root })).loaded).toMatchObject({
            violations: [{ message: "more than 100 compose files" }],
        });
        const few = `include: [${names.slice(0, 20).join(", ")}]\n${web}`;
        expect((await load({ ...large, "compose.yaml": few })).loaded).toMatchObject({
            violations: [{ message: "the compose files are too large together" }],
        });
    });

    it.each([
        [
            "include",
            {
                "compose.yaml": `include: [b.yaml]\n${web}`,
                "b.yaml": "include: [compose.yaml]\nservices: {b: {image: a}}",
            },
        ],
        [
            "extends",
            {
                "compose.yaml": "services: {a: {extends: {file: b.yaml, service: b}}}",
                "b.yaml": "services: {b: {extends: {file: compose.yaml, service: a}}}",
            },
        ],
        ["extends itself", { "compose.yaml": "services: {a: {extends: {file: compose.yaml, service: a}}}" }],
    ])("comes to an end where files name each other in a circle: %s", async (_, files) => {
        expect((await load(files)).milliseconds).toBeLessThan(1000);
    });
});

describe("whatever is written", () => {
    const piece = fc.constantFrom(
        "$",
        "${",
        "}",
        "$$",
        ":-",
        ":?",
        "+",
        "A",
        "=",
        ":",
        "/",
        "..",
        "\\",
        '"',
        "\n",
        "{",
        " ",
        "c",
    );
    const text = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(piece).map((parts) => parts.join("")),
    );

    it("short forms and variables are read without failing", () => {
        fc.assert(
            fc.property(text, (written) => {
                const node = textNode(written);
                mountOf(node);
                splitAssignment(node);
                assignmentsOf(listNode([node]));
                variableNames(written);
                substitute(written, () => written);
                isClearTemplate(written);
            }),
        );
    });

    it("what is clear holds no variable once its variables are put in", () => {
        fc.assert(
            fc.property(text, (written) => {
                fc.pre(isClearTemplate(written) && !written.includes("$$"));
                expect(substitute(written, () => "").text).not.toContain("$");
            }),
        );
    });

    it("a compose file is read, or refused with its places", async () => {
        const key = fc.constantFrom(
            "services",
            "web",
            "build",
            "volumes",
            "include",
            "extends",
            "env_file",
            "secrets",
            "x-a",
            "<<",
        );
        const tree = fc.letrec((tie) => ({
            node: fc.oneof({ maxDepth: 5 }, text, fc.constant(null), fc.integer(), tie("list"), tie("map")),
            list: fc.array(tie("node"), { maxLength: 4 }),
            map: fc.dictionary(fc.oneof(key, text), tie("node"), { maxKeys: 5 }),
        })).map;
        await fc.assert(
            fc.asyncProperty(tree, async (map) => {
                const { loaded } = await load({ "compose.yaml": JSON.stringify(map) });
                const violations = loaded.ok ? [] : loaded.violations;
                expect(loaded.ok || violations.length > 0).toBe(true);
                expect(violations.every(({ line, message }) => line > 0 && message !== "")).toBe(true);
            }),
        );
    });
});
