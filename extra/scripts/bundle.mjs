import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { root, serverFile, serverFolder } from "./paths.mjs";

/**
 * Bundles the server into `dist`: own code only, packages stay in node_modules. What is imported lazily stays in
 * chunks of its own, so that memory is paid for when it is needed.
 */
export async function bundleServer() {
    const { build } = await import("esbuild");
    const entry = join(root, "backend", "index.ts");
    if (!readFileSync(entry, "utf8").startsWith("#!/usr/bin/env node\n")) {
        throw new Error(
            "backend/index.ts: its first line must be #!/usr/bin/env node, so that the bundle is a program",
        );
    }
    const { metafile } = await build({
        absWorkingDir: root,
        entryPoints: { "dockge-cicd": entry },
        outdir: serverFolder,
        bundle: true,
        splitting: true,
        format: "esm",
        platform: "node",
        target: "node20.19",
        packages: "external",
        sourcemap: true,
        sourcesContent: false,
        chunkNames: "[name]-[hash]",
        metafile: true,
        logLevel: "warning",
    });
    chmodSync(serverFile, 0o755);
    removeOthers(new Set(Object.keys(metafile.outputs).map((file) => basename(file))));
}

/**
 * Chunks of earlier builds would pile up.
 *
 * @param {ReadonlySet<string>} fresh
 */
function removeOthers(fresh) {
    for (const name of readdirSync(serverFolder)) {
        if (/\.js(\.map)?$/.test(name) && !fresh.has(name)) {
            rmSync(join(serverFolder, name));
        }
    }
}

/** Builds the page into `frontend-dist`. */
export async function bundlePage() {
    const { build } = await import("vite");
    await build({
        root: join(root, "frontend"),
        configFile: join(root, "vite.config.ts"),
        logLevel: "warn",
        build: { rolldownOptions: { checks: { pluginTimings: false } } },
        // What sass finds old-fashioned in packages is nothing that we could change.
        css: { preprocessorOptions: { scss: { quietDeps: true } } },
    });
}
