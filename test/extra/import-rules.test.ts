import { execa } from "execa";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

const project = join(import.meta.dirname, "../..");

const noInputOutput = "compose, pipeline and services: no input or output";

/** Rule, the file that breaks it, what that file imports. */
const forbidden: readonly (readonly [string, string, string])[] = [
    ["common: own files", "common/a.ts", "backend/host/core/b.ts"],
    ["common: packages", "common/b.ts", "yaml"],
    ["common: no Node I/O", "common/c.ts", "node:fs"],
    ["host core: own files", "backend/host/core/a.ts", "backend/host/services/b.ts"],
    ["cicd core: own files", "backend/cicd/core/a.ts", "backend/cicd/services/b.ts"],
    ["core: packages", "backend/cicd/core/b.ts", "yaml"],
    ["core: packages", "backend/host/core/c.ts", "execa"],
    ["core: no Node I/O", "backend/cicd/core/d.ts", "node:child_process"],
    ["commands: own files", "backend/cicd/commands/a.ts", "backend/cicd/compose/b.ts"],
    ["commands: packages", "backend/cicd/commands/b.ts", "yaml"],
    ["commands: no Node I/O", "backend/cicd/commands/c.ts", "node:fs/promises"],
    ["compose: own files", "backend/cicd/compose/a.ts", "backend/cicd/pipeline/b.ts"],
    ["compose: packages", "backend/cicd/compose/c.ts", "execa"],
    ["pipeline: own files", "backend/cicd/pipeline/a.ts", "backend/cicd/compose/d.ts"],
    ["pipeline: packages", "backend/cicd/pipeline/c.ts", "knex"],
    ["cicd services: own files", "backend/cicd/services/a.ts", "backend/cicd/adapters/git/b.ts"],
    ["host services: own files", "backend/host/services/a.ts", "backend/host/adapters/terminal/b.ts"],
    [noInputOutput, "backend/cicd/services/c.ts", "node:fs"],
    [noInputOutput, "backend/host/services/c.ts", "node:child_process"],
    [noInputOutput, "backend/cicd/compose/e.ts", "node:fs/promises"],
    [noInputOutput, "backend/cicd/pipeline/e.ts", "node:https"],
    ["platform: own files", "backend/platform/docker/a.ts", "backend/platform/process/b.ts"],
    ["platform: own files", "backend/platform/docker/c.ts", "backend/cicd/core/e.ts"],
    ["cicd adapters: own files", "backend/cicd/adapters/git/a.ts", "backend/cicd/adapters/docker/b.ts"],
    ["cicd adapters: own files", "backend/cicd/adapters/git/c.ts", "backend/cicd/services/b.ts"],
    ["host adapters: own files", "backend/host/adapters/terminal/a.ts", "backend/host/adapters/password/b.ts"],
    ["cicd edges: own files", "backend/cicd/http/a.ts", "backend/cicd/adapters/docker/b.ts"],
    ["host edges: own files", "backend/host/socket/a.ts", "backend/host/adapters/password/b.ts"],
    ["cicd never knows host: own files", "backend/cicd/plugin.ts", "backend/host/core/b.ts"],
    ["host never knows cicd: own files", "backend/host/main.ts", "backend/cicd/core/e.ts"],
    ["frontend: own files", "frontend/src/a.ts", "backend/cicd/core/e.ts"],
    ["frontend: own files", "frontend/src/A.vue", "backend/cicd/core/e.ts"],
    ["migrations: own files", "db/a.ts", "backend/platform/sqlite/b.ts"],
    ["migrations: packages", "db/b.ts", "better-sqlite3"],
    ["nobody imports extra or test", "backend/app.ts", "extra/b.ts"],
    ["nobody imports extra or test", "frontend/src/B.vue", "test/b.ts"],
    ["express only in its place", "backend/cicd/services/d.ts", "express"],
    ["helmet only in its place", "backend/cicd/http/c.ts", "helmet"],
    ["socket.io only in its place", "backend/cicd/socket/c.ts", "socket.io"],
    ["socket.io-client only in its place", "backend/host/socket/h.ts", "socket.io-client"],
    ["knex|redbean-node|better-sqlite3 only in its place", "backend/cicd/services/e.ts", "knex"],
    ["dockerode only in its place", "backend/cicd/adapters/docker/c.ts", "dockerode"],
    ["execa only in its place", "backend/cicd/adapters/git/d.ts", "execa"],
    ["pino only in its place", "backend/cicd/services/g.ts", "pino"],
    ["bcrypt|jsonwebtoken only in its place", "backend/host/services/e.ts", "bcrypt"],
    ["otpauth only in its place", "backend/host/services/f.ts", "otpauth"],
    ["rate-limiter-flexible only in its place", "backend/host/http/c.ts", "rate-limiter-flexible"],
    [
        "@asteasolutions/zod-to-openapi only in its place",
        "backend/cicd/services/h.ts",
        "@asteasolutions/zod-to-openapi",
    ],
    ["@lydell/node-pty only in its place", "backend/host/services/d.ts", "@lydell/node-pty"],
    ["tar only in its place", "backend/cicd/services/i.ts", "tar"],
    ["cicd adapters: own files", "backend/cicd/adapters/executor/a.ts", "backend/cicd/adapters/archive/b.ts"],
];

const allowed: readonly (readonly [string, string])[] = [
    ["common/ok.ts", "zod"],
    ["backend/cicd/core/ok.ts", "picomatch"],
    ["backend/cicd/compose/ok.ts", "backend/cicd/core/e.ts"],
    ["backend/cicd/compose/ok2.ts", "node:path"],
    ["backend/cicd/services/ok2.ts", "node:crypto"],
    ["backend/cicd/services/ok.ts", "backend/cicd/compose/d.ts"],
    ["backend/platform/docker/ok.ts", "dockerode"],
    ["backend/platform/docker/ok2.ts", "backend/platform/log/b.ts"],
    ["backend/platform/docker/ok3.ts", "backend/platform/docker/e.ts"],
    ["backend/cicd/adapters/git/ok.ts", "backend/cicd/adapters/git/b.ts"],
    ["backend/cicd/adapters/docker/ok.ts", "backend/platform/docker/e.ts"],
    ["backend/cicd/adapters/sqlite/ok.ts", "knex"],
    ["backend/cicd/adapters/archive/ok.ts", "tar"],
    ["backend/cicd/adapters/executor/ok.ts", "tar"],
    ["backend/cicd/pipeline/ok.ts", "picomatch"],
    ["backend/host/http/ok.ts", "express"],
    ["backend/app.ok.ts", "backend/host/core/b.ts"],
    ["frontend/src/Ok.vue", "common/d.ts"],
    ["db/ok.ts", "knex"],
    ["test/ok.ts", "backend/host/core/b.ts"],
    ["extra/ok.ts", "execa"],
];

const Report = z.object({
    summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
});

describe("the import rules", { timeout: 60_000 }, () => {
    let folder: string;
    const broken = new Map<string, string[]>();

    beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "cicd-rules-"));
        plant(folder);
        const words = ["--config", ".dependency-cruiser.cjs", "--output-type", "json"];
        const folders = ["backend", "common", "db", "frontend", "extra", "test"];
        const program = join(project, "node_modules", ".bin", "depcruise");
        const { stdout } = await execa(program, [...words, ...folders], { cwd: folder, reject: false });
        for (const { from, rule } of Report.parse(JSON.parse(stdout)).summary.violations) {
            broken.set(from, [...(broken.get(from) ?? []), rule.name]);
        }
    }, 60_000);
    afterAll(() => {
        rmSync(folder, { recursive: true, force: true });
    });

    it.each(forbidden)("%s: forbids %s → %s", (rule, file) => {
        expect(broken.get(file)).toContain(rule);
    });

    it.each(forbidden)("%s: sees types too in %s → %s", (rule, file) => {
        expect(broken.get(asTypes(file))).toContain(rule);
    });

    it("forbids cycles, of types too", () => {
        expect(broken.get("common/circle/a.ts")).toContain("no cycles");
    });

    it.each(allowed)("allows %s → %s", (file) => {
        expect(broken.get(file)).toBeUndefined();
        expect(broken.get(asTypes(file))).toBeUndefined();
    });
});

/** Writes every file of the tables, once importing a value and once a type, and the files that they import. */
function plant(folder: string): void {
    for (const file of [".dependency-cruiser.cjs", "tsconfig.json", "package.json"]) {
        cpSync(join(project, file), join(folder, file));
    }
    symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
    const pairs = [...forbidden.map(([, file, target]) => [file, target] as const), ...allowed];
    for (const [, target] of pairs) {
        if (target.endsWith(".ts")) {
            write(folder, target, "export const it = 1;\nexport type It = number;\n");
        }
    }
    for (const [file, target] of pairs) {
        const from = target.endsWith(".ts") ? relativeImport(file, target) : target;
        write(folder, file, inScript(file, `import * as it from "${from}";\nconsole.log(it);\n`));
        write(
            folder,
            asTypes(file),
            inScript(file, `import type * as It from "${from}";\nexport type X = typeof It;\n`),
        );
    }
    write(folder, "common/circle/b.ts", `import type { A } from "./a.ts";\nexport type B = A;\n`);
    write(folder, "common/circle/a.ts", `import type { B } from "./b.ts";\nexport type A = B;\n`);
}

function asTypes(file: string): string {
    return file.replace(/\.(ts|vue)$/, "-type.$1");
}

function inScript(file: string, source: string): string {
    return file.endsWith(".vue")
        ? `<script setup lang="ts">\n${source}</script>\n<template><p /></template>\n`
        : source;
}

function relativeImport(file: string, target: string): string {
    const path = relative(dirname(file), target);
    return path.startsWith(".") ? path : `./${path}`;
}

function write(folder: string, file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
}
