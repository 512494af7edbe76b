import { execa } from "execa";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const project = join(import.meta.dirname, "../..");

/** A checkout with the real commands, a server of one line and a page of one line; npm is replaced. */
export interface SmallCheckout {
    readonly folder: string;
    write(file: string, text: string): void;
    /** How often packages were installed. */
    installs(): number;
    run(script: string, ...args: string[]): Promise<{ readonly output: string; readonly exitCode: number | undefined }>;
    remove(): void;
}

/** Makes one in a temporary folder. `environment` is laid over that of every run. */
export function smallCheckout(environment: Readonly<Record<string, string>> = {}): SmallCheckout {
    const folder = mkdtempSync(join(tmpdir(), "cicd-checkout-"));
    const write = (file: string, text: string): void => {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
    };
    for (const file of ["extra", "package.json", "package-lock.json", "tsconfig.json"]) {
        cpSync(join(project, file), join(folder, file), { recursive: true });
    }
    write("backend/index.ts", serverSource("first"));
    write("frontend/index.html", "<!doctype html><title>page</title>");
    write("vite.config.ts", `export default { root: "frontend", build: { outDir: "../frontend-dist" } };`);
    return {
        folder,
        write,
        installs: () => linesOf(join(folder, "npm.log")),
        run: (script, ...args) => runIn(folder, join("extra", script), args, environment),
        remove: () => {
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** A server that says its name and what it was started with, and ends. */
export function serverSource(name: string): string {
    return `#!/usr/bin/env node\nconsole.log("${name} server:", process.argv.slice(2).join(" "));\n`;
}

async function runIn(
    folder: string,
    script: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
): ReturnType<SmallCheckout["run"]> {
    const env = {
        ...environment,
        npm_execpath: join(project, "test", "fixtures", "fake-npm.cjs"),
        REAL_NODE_MODULES: join(project, "node_modules"),
    };
    const { all, exitCode } = await execa(process.execPath, [script, ...args], {
        cwd: folder,
        env,
        all: true,
        reject: false,
    });
    return { output: all, exitCode };
}

function linesOf(file: string): number {
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0;
}
