import { execa } from "execa";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serverSource, smallCheckout, type SmallCheckout } from "../support/small-checkout.ts";

describe("npm start", { timeout: 60_000 }, () => {
    let checkout: SmallCheckout;
    beforeEach(() => {
        checkout = smallCheckout();
    });
    afterEach(() => {
        checkout.remove();
    });

    function builtAt(file: string): number {
        return statSync(join(checkout.folder, file)).mtimeMs;
    }

    it("installs, builds and serves; the second time it only serves", async () => {
        const first = await checkout.run("start.mjs", "--port", "5002");
        expect(first.output).toContain("Native modules are compiled");
        expect(first.output).toContain("Building the server");
        expect(first.output).toContain("Building the page");
        expect(first.output).toContain("first server: serve --port 5002");
        const built = builtAt("dist/dockge-cicd.js");

        const second = await checkout.run("start.mjs");
        expect(second.output).toBe("first server: serve");
        expect(checkout.installs()).toBe(1);
        expect(builtAt("dist/dockge-cicd.js")).toBe(built);
    });

    it("builds again only what changed", async () => {
        await checkout.run("start.mjs");
        const page = builtAt("frontend-dist/index.html");
        checkout.write("backend/index.ts", serverSource("second"));
        const { output } = await checkout.run("start.mjs");
        expect(output).toContain("second server: serve");
        expect(output).not.toContain("Building the page");
        expect(builtAt("frontend-dist/index.html")).toBe(page);
    });

    it("builds again what was removed", async () => {
        await checkout.run("start.mjs");
        rmSync(join(checkout.folder, "frontend-dist"), { recursive: true });
        expect((await checkout.run("start.mjs")).output).toContain("Building the page");
    });

    it("installs again when the lock file changed", async () => {
        await checkout.run("start.mjs");
        checkout.write("package-lock.json", `{ "packages": { "node_modules/x": { "version": "2.0.0" } } }`);
        await checkout.run("start.mjs");
        expect(checkout.installs()).toBe(2);
    });

    it("installs and builds once where two start at the same time", async () => {
        const runs = await Promise.all([checkout.run("start.mjs"), checkout.run("start.mjs")]);
        expect(runs.map((run) => run.exitCode)).toEqual([0, 0]);
        expect(
            runs
                .map((run) => run.output)
                .join("\n")
                .match(/Building the server … done/g),
        ).toHaveLength(1);
        expect(checkout.installs()).toBe(1);
    });

    it("leaves a program that runs by itself, from any folder", async () => {
        expect((await checkout.run("build.mjs")).exitCode).toBe(0);
        const { stdout } = await execa(join(checkout.folder, "dist", "dockge-cicd.js"), ["serve"], { cwd: "/" });
        expect(stdout).toBe("first server: serve");
    });
});

describe("npm start, where it cannot", () => {
    it("tells what npm said, and leaves nothing that looks installed", async () => {
        const checkout = smallCheckout({ FAKE_NPM_FAILS: "1" });
        const first = await checkout.run("start.mjs");
        expect(first.exitCode).toBe(1);
        expect(first.output).toContain("the registry said no");
        await checkout.run("start.mjs");
        expect(checkout.installs()).toBe(2);
        checkout.remove();
    });

    it("tells what does not compile", async () => {
        const checkout = smallCheckout();
        checkout.write("backend/index.ts", "#!/usr/bin/env node\nconst = 1;\n");
        const { output, exitCode } = await checkout.run("start.mjs");
        expect(exitCode).toBe(1);
        expect(output).toContain("backend/index.ts:2:6");
        checkout.remove();
    });
});
