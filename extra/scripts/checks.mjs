import { existsSync } from "node:fs";
import { join } from "node:path";
import { nodeModules, root } from "./paths.mjs";

/**
 * One tool that looks at the source.
 *
 * @typedef {{ name: string, args: readonly string[] }} Check the arguments are Node's own
 */

const cache = join(nodeModules, ".cache");
const openapi = join(root, "extra", "openapi.ts");
const sources = ["backend", "common", "db", "frontend/src", "extra", "test"];

/**
 * All checks, the slow ones first, so that two that run side by side end at about the same time.
 *
 * @returns {readonly Check[]}
 */
export function allChecks() {
    return [
        // Without its cache: it looks at a file's own content, but types come from other files too.
        tool("lint", "eslint", ".", "--max-warnings=0"),
        tool("page-types", "vue-tsc", "--noEmit", "-p", "frontend"),
        tool("types", "tsc", "-p", ".", "--incremental", "--tsBuildInfoFile", join(cache, "types.tsbuildinfo")),
        tool("format", "prettier", "--check", ".", "--log-level=warn"),
        tool("imports", "depcruise", "--config", ".dependency-cruiser.cjs", ...sources.filter(exists)),
        tool("dead-code", "knip", "--no-progress"),
        tool("tool-types", "tsc", "-p", "tsconfig.tools.json"),
        ...(existsSync(openapi) ? [{ name: "openapi", args: ["--import", "tsx", openapi, "--check"] }] : []),
    ];
}

/** @param {string} folder */
function exists(folder) {
    return existsSync(join(root, folder));
}

/**
 * @param {string} name
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Check}
 */
function tool(name, program, ...args) {
    return { name, args: [join(nodeModules, ".bin", program), ...args] };
}
