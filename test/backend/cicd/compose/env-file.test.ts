import { describe, expect, it } from "vitest";
import { checkEnvFile, parseEnvFile } from "../../../../backend/cicd/compose/env-file.ts";

describe("parseEnvFile", () => {
    it("reads quotes, comments, exports and earlier variables", () => {
        const text = "\uFEFF# no\r\nA=1 # one\r\nexport B='$A # x'\nC=\"${A}\\n2\"\nD: four\nE=\n not an assignment\n";

        expect(Object.fromEntries(parseEnvFile(text))).toEqual({ A: "1", B: "$A # x", C: "1\n2", D: "four", E: "" });
    });
});

describe("checkEnvFile", () => {
    it.each(["COMPOSE_FILE=x.yaml", "  export COMPOSE_PROJECT_NAME = other", "COMPOSE_FILE: x"])(
        "refuses %s",
        (line) => {
            expect(checkEnvFile(".env", `A=1\n${line}\n`)).toMatchObject([
                { code: "env_refused", line: 2, file: ".env" },
            ]);
        },
    );

    it("lets everything else pass", () => {
        expect(checkEnvFile(".env", "# COMPOSE_FILE=x\nCOMPOSE_PROFILES=a\nMY_COMPOSE_FILE=y\n")).toEqual([]);
    });
});
