import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeployTargetInput } from "../../../common/schema/deploy-target.ts";
import { BuildConfigInput } from "../../../common/schema/build-config.ts";
import { inputOf, toForm, toInput } from "../../../frontend/src/model/build-form.ts";
import { formatBytes } from "../../../frontend/src/model/byte-size.ts";
import { fieldErrors } from "../../../frontend/src/model/field-errors.ts";
import { isFarReaching, machineIds, moved, targetIds } from "../../../frontend/src/model/machine-order.ts";
import { authorizeCommand, targetForm, targetInput } from "../../../frontend/src/model/target-form.ts";
import { buildConfig, target } from "../support/page-fixtures.ts";

describe("the machines of a stack", () => {
    it("are this machine where none is named, and are sent back as they came", () => {
        expect(machineIds([])).toEqual(["local"]);
        expect(targetIds(["local"])).toEqual([]);
        fc.assert(
            fc.property(fc.uniqueArray(fc.constantFrom("local", "a", "b", "c"), { minLength: 2 }), (ids) => {
                expect(targetIds(machineIds(ids))).toEqual(ids);
            }),
        );
    });

    it.each([
        ["b", -1, ["b", "a", "c"]],
        ["b", 1, ["a", "c", "b"]],
        ["a", -1, ["a", "b", "c"]],
        ["c", 1, ["a", "b", "c"]],
        ["x", 1, ["a", "b", "c"]],
    ] as const)("has %s moved by %i", (id, step, after) => {
        expect(moved(["a", "b", "c"], id, step)).toEqual(after);
    });

    it("go with the build form, and so do pinned images", () => {
        const stored = { ...buildConfig, targetIds: ["t1", "local"], pinImages: true };

        const input = BuildConfigInput.parse(toInput(toForm(stored), inputOf(stored)));

        expect(input).toMatchObject({ targetIds: ["t1", "local"], pinImages: true });
    });

    it.each([
        ["this one alone", ["local"], false],
        ["none yet", [], false],
        ["another one", ["t1"], true],
        ["several", ["local", "t1"], true],
    ])("are worth a line or not: %s", (_name, ids, shown) => {
        expect(isFarReaching(ids.map((id) => ({ id, name: id, state: "done" })))).toBe(shown);
    });
});

describe("the form of a machine", () => {
    it("keeps the stored key, has another made, or sends a pasted one", () => {
        const form = targetForm(target);
        expect(targetInput(form)).not.toHaveProperty("privateKey");
        expect(targetInput({ ...form, keySource: "make", privateKey: "left over" })).toMatchObject({
            privateKey: null,
        });
        const pasted = targetInput({ ...form, keySource: "paste", privateKey: "KEY", passphrase: "" });
        expect(pasted).toMatchObject({ privateKey: "KEY" });
        expect(pasted).not.toHaveProperty("passphrase");
    });

    it("sends back what is stored, and takes the usual port and folder where none is typed", () => {
        const { id: _id, publicKey: _key, hostKeyFingerprint: _print, stacks: _stacks, ...rest } = target;
        const { createdAt: _created, updatedAt: _updated, ...fields } = rest;
        expect(DeployTargetInput.parse(targetInput(targetForm(target)))).toEqual(fields);

        const empty = { ...targetForm(target), port: "" as const, stacksDirectory: " " };
        expect(DeployTargetInput.parse(targetInput(empty))).toMatchObject({ port: 22, stacksDirectory: "/opt/stacks" });
    });

    it("says which fields are missing", () => {
        const errors = fieldErrors(DeployTargetInput, targetInput(targetForm(undefined)));

        expect(Object.keys(errors).sort()).toEqual(["host", "name", "username"]);
        expect(new Set(Object.values(errors))).toEqual(new Set(["Must not be empty"]));
    });

    it("says what is wrong with a port in plain words", () => {
        const portError = (port: unknown) => fieldErrors(DeployTargetInput.pick({ port: true }), { port })["port"];

        expect([0, 70_000, 2.5, "x"].map(portError)).toEqual([
            "Give at least 1",
            "Give at most 65535",
            "Give a whole number",
            "Give a whole number",
        ]);
    });

    it("quotes whatever the key's comment holds", () => {
        const command = authorizeCommand("ssh-ed25519 AAAA it's; rm -rf ~");

        expect(command).toContain(String.raw`echo 'ssh-ed25519 AAAA it'\''s; rm -rf ~' >>`);
    });
});

describe("an amount of bytes", () => {
    it.each([
        [0, "0 B"],
        [820, "820 B"],
        [12_345, "12 kB"],
        [1_500_000, "1.5 MB"],
        [53_700_000_000, "54 GB"],
        [2e18, "2,000 PB"],
    ])("%i is %s", (bytes, text) => {
        expect(formatBytes(bytes, "en")).toBe(text);
    });
});
