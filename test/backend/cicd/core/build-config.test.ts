import { describe, expect, it } from "vitest";
import { mergeVariables, viewBuildConfig } from "../../../../backend/cicd/core/build-config.ts";
import { newBuildConfig } from "../../../support/records.ts";

const secret = { name: "TOKEN", value: "s3cret", secret: true } as const;
const plain = { name: "MODE", value: "on", secret: false } as const;

describe("variables that are stored", () => {
    it.each([
        ["a secret without value keeps the stored one", [{ name: "TOKEN", secret: true }], [secret], [secret]],
        ["a secret with a value replaces it", [{ ...secret, value: "new" }], [secret], [{ ...secret, value: "new" }]],
        ["a secret with null removes it", [{ ...secret, value: null }], [secret], []],
        ["a secret that is not named is kept", [plain], [secret], [plain, secret]],
        ["a new secret without value is none", [{ name: "TOKEN", secret: true }], [], []],
        [
            "a secret with an empty value is kept as that",
            [{ ...secret, value: "" }],
            [secret],
            [{ ...secret, value: "" }],
        ],
        ["a plain one that is not named goes", [], [plain], []],
        ["a plain one without value is empty", [{ name: "MODE", secret: false }], [plain], [{ ...plain, value: "" }]],
        [
            "a plain one never becomes readable as a secret's value",
            [{ name: "TOKEN", secret: false }],
            [secret],
            [{ name: "TOKEN", value: "", secret: false }],
        ],
        [
            "a plain one's value does not become a secret without being told",
            [{ name: "MODE", secret: true }],
            [plain],
            [],
        ],
    ])("%s", (_, given, stored, merged) => {
        expect(mergeVariables(given, stored)).toEqual(merged);
    });
});

it("a configuration shows plain values, and of secrets only that they are there", () => {
    const times = { createdAt: "2026-01-31T12:00:00.000Z", updatedAt: "2026-01-31T12:00:00.000Z" };
    const view = viewBuildConfig({ ...newBuildConfig({ environmentVariables: [secret, plain] }), id: "b1", ...times });

    expect(view.environmentVariables).toEqual([{ ...secret, value: null }, plain]);
    expect(JSON.stringify(view)).not.toContain("s3cret");
});
