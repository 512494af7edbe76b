import { describe, expect, it } from "vitest";
import { lintEnv } from "../../../../frontend/src/model/compose-spec/env-lint.ts";
import { lintCompose } from "../../../../frontend/src/model/compose-spec/lint.ts";
import { templates } from "../../../../frontend/src/model/templates/templates.ts";
import { oddFiles } from "./odd-files.ts";

const ownFiles = import.meta.glob<string>(
    [
        "/{docker-,}compose*.{yaml,yml}",
        "/{docs,extra}/**/{docker-,}compose*.{yaml,yml}",
        "/test/{fixtures,support}/**/{docker-,}compose*.{yaml,yml}",
    ],
    { query: "?raw", import: "default", eager: true },
);

const web = (rest: string): string => `services:\n  web:\n    image: nginx\n${rest}`;

function found(text: string) {
    return lintCompose(text).map(({ from, to, severity, ...what }) => ({
        at: text.slice(from, to),
        severity,
        ...what,
    }));
}

describe("the check of a compose file", () => {
    it.each(Object.entries(oddFiles))("finds nothing wrong with %s", (_name, text) => {
        expect(found(text)).toEqual([]);
    });

    it.each(templates.map(({ id, compose }) => [id, compose] as const))("finds nothing in template %s", (_id, text) => {
        expect(found(text)).toEqual([]);
    });

    it.each(Object.entries(ownFiles))("finds nothing wrong with %s of this project", (path, text) => {
        expect(lintCompose(text, { partial: /override/.test(path) })).toEqual([]);
    });

    it.each([
        [
            "a key that is nearly known",
            web("    port:\n      - 80:80\n"),
            { code: "unknownKeyNear", at: "port", near: "ports" },
        ],
        ["an unknown key", web("    quux: 1\n"), { code: "unknownKey", at: "quux", severity: "warning" }],
        [
            "an unknown key deep inside",
            web("    build:\n      contxt: .\n"),
            { code: "unknownKeyNear", near: "context" },
        ],
        ["text in the place of a list", web("    ports: 80:80\n"), { code: "needs", at: "80:80", shapes: ["list"] }],
        ["a map in the place of text", "services:\n  web:\n    image: { a: b }\n", { code: "needs", shapes: ["text"] }],
        ["text in the place of a number", web("    scale: two\n"), { code: "needs", at: "two", shapes: ["number"] }],
        ["text in the place of a flag", web("    tty: maybe\n"), { code: "needs", at: "maybe", shapes: ["flag"] }],
        ["a number in the place of text", web("    container_name: 5\n"), { code: "needs", at: "5", shapes: ["text"] }],
        ["a flag in the place of text", web("    hostname: true\n"), { code: "needs", at: "true" }],
        ["a wrong restart policy", web("    restart: allways\n"), { code: "notOneOf", at: "allways" }],
        [
            "an undefined network",
            web("    networks: [back]\n"),
            { code: "undefinedName", at: "back", kind: "networks" },
        ],
        [
            "an undefined network with settings",
            web("    networks:\n      back: {}\n"),
            { at: "back", kind: "networks" },
        ],
        [
            "an undefined volume",
            web("    volumes:\n      - data:/data\n"),
            { at: "data:/data", name: "data", kind: "volumes" },
        ],
        [
            "an undefined volume in the long form",
            web("    volumes:\n      - {type: volume, source: data, target: /d}\n"),
            { at: "data" },
        ],
        ["an undefined service", web("    depends_on: [db]\n"), { at: "db", kind: "services" }],
        [
            "an undefined service with a condition",
            web("    depends_on: { db: { condition: service_started } }\n"),
            { at: "db" },
        ],
        [
            "the network of an undefined service",
            web("    network_mode: service:vpn\n"),
            { name: "vpn", kind: "services" },
        ],
        ["an undefined secret", web("    secrets: [{ source: key }]\n"), { at: "key", kind: "secrets" }],
        ["an undefined config", web("    configs: [conf]\n"), { at: "conf", kind: "configs" }],
        ["a service without an image", "services:\n  web:\n    ports: [80]\n", { code: "noImage", at: "web" }],
        ["a file without services", "volumes: {}\n", { code: "noServices", severity: "warning" }],
        ["broken YAML", "services:\n  web: [\n", { code: "yaml", severity: "error" }],
        ["a key twice", "services:\n  a: {image: x}\n  a: {image: y}\n", { code: "yaml" }],
        ["a tabulator", "services:\n\tweb: {}\n", { code: "yaml" }],
        ["a text that is no map", "hello", { code: "needs", shapes: ["map"] }],
    ])("finds %s", (_what, text, expected) => {
        expect(found(text)[0]).toMatchObject({
            severity: "error",
            ...("near" in expected ? { severity: "warning" } : {}),
            ...expected,
        });
        expect(found(text)).toHaveLength(1);
    });

    it("does not ask an override file for what the compose file defines", () => {
        expect(lintCompose("services:\n  web:\n    networks: [back]\n", { partial: true })).toEqual([]);
    });

    it("says nothing about an empty file", () => {
        expect(lintCompose(" \n")).toEqual([]);
    });
});

describe("the check of an .env file", () => {
    it.each(["", "A=b", "# remark\n\nexport A=b\nB=\nC = d\n", 'KEY="one\ntwo\nthree"\nB=1', "A='it''s'\nB=2"])(
        "accepts %j",
        (text) => {
            expect(lintEnv(text)).toEqual([]);
        },
    );

    it("finds a line without =, which alone makes the file wrong", () => {
        expect(lintEnv("A=1\nhello\n")).toEqual([{ from: 4, to: 9, severity: "warning", code: "envLine" }]);
        expect(lintEnv("hello")).toMatchObject([{ severity: "error" }]);
    });
});
