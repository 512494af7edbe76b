import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
    checkEnvFile,
    dependentNames,
    maxEnvFileBytes,
    parseEnvFile,
} from "../../../../backend/cicd/compose/env-file.ts";

describe("parseEnvFile", () => {
    it("reads quotes, comments, exports and earlier variables", () => {
        const text =
            "\uFEFF# no\r\nA=1 # one\r\nexport B='$A # x'\nC=\"${A}\\n2\"\nD: four\nE=\nF=#x\n not an assignment\n";

        expect(Object.fromEntries(parseEnvFile(text))).toEqual({
            A: "1",
            B: "$A # x",
            C: "1\n2",
            D: "four",
            E: "",
            F: "#x",
        });
    });

    // What stands here was seen with Compose itself.
    it.each([
        ['X=../..\nA="a\nX=safe\n"\n', { X: "../..", A: "a\nX=safe\n" }],
        ["A='x\ny' B=2\nC: 3\n", { A: "x\ny", B: "2", C: "3" }],
        ['A="x\\$HOME \\"q\\" $B"\nB=1\n', { A: 'x$HOME "q" ', B: "1" }],
        ["A='it\\'s' B=2", { A: "it's", B: "2" }],
        ["A=1\rB=2\nC=3\n", { A: "1\rB=2", C: "3" }],
        ["A=1\n\tB\t=\t2\nGIVEN\nGONE\n", { A: "1", B: "2", GIVEN: "yes" }],
        ["A=1\nB[0]=2\nC-x=3\n", { A: "1", "B[0]": "2", "C-x": "3" }],
        ['A=1\nB="never ends\nC=2\n', { A: "1" }],
        ["A=1\nB C=2\nD=3\n", { A: "1" }],
        ['A="\\101\\0101\\t\\q"', { A: "\\101A\t\\q" }],
    ])("reads %j like Compose", (text, values) => {
        expect(Object.fromEntries(parseEnvFile(text, (name) => (name === "GIVEN" ? "yes" : undefined)))).toEqual(
            values,
        );
    });

    it("never fails, and takes its time by the length of the text", () => {
        const pieces = fc.constantFrom(
            "A",
            "=",
            '"',
            "'",
            "\\",
            "\n",
            "\r",
            " ",
            "#",
            "${",
            "}",
            "$",
            ":-",
            "export ",
            "é",
        );
        fc.assert(
            fc.property(
                fc.array(pieces).map((parts) => parts.join("")),
                (text) => void parseEnvFile(text),
            ),
        );
        const started = performance.now();
        for (const part of [" ", "A=\n", '\\"', "#\n", "A", "export ", " #"]) {
            parseEnvFile(part.repeat(maxEnvFileBytes / part.length));
            parseEnvFile(`A="${part.repeat(maxEnvFileBytes / part.length)}`);
        }
        expect(performance.now() - started).toBeLessThan(5000);
    });
});

describe("dependentNames", () => {
    it("follows a value through other variables", () => {
        const text = "A=${HOME}/x\nB=$A\nC='$HOME'\nD=1\nHOME\nE=${D:-${B}}\nB=now\n";

        expect([...dependentNames(text, (name) => name === "HOME")]).toEqual(["A", "HOME", "E"]);
    });
});

describe("checkEnvFile", () => {
    it.each([
        "COMPOSE_FILE=x.yaml",
        "  export COMPOSE_PROJECT_NAME = other",
        "COMPOSE_FILE: x",
        "B='x' COMPOSE_FILE=x",
        "COMPOSE_FILE",
    ])("refuses %s", (line) => {
        expect(checkEnvFile(".env", `A=1\n${line}\n`)).toMatchObject([{ code: "env_refused", line: 2, file: ".env" }]);
    });

    it("refuses one behind a value of several lines", () => {
        expect(checkEnvFile(".env", "A='\n#' COMPOSE_FILE=x\n")).toMatchObject([{ code: "env_refused" }]);
    });

    it("refuses one that is too large", () => {
        expect(checkEnvFile(".env", "A".repeat(maxEnvFileBytes + 1))).toMatchObject([{ code: "env_refused" }]);
    });

    it("lets everything else pass", () => {
        expect(checkEnvFile(".env", "# COMPOSE_FILE=x\nCOMPOSE_PROFILES=a\nMY_COMPOSE_FILE=y\n")).toEqual([]);
    });
});
