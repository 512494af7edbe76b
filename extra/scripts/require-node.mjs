import { readFileSync } from "node:fs";

/**
 * Why a Node version is too old for a range of the form `>=major.minor`, or undefined when it is new enough.
 *
 * @param {string} version such as `20.19.4`
 * @param {string} range such as `>=20.19`
 * @returns {string | undefined}
 */
export function nodeVersionProblem(version, range) {
    const wanted = numbers(range);
    const found = numbers(version);
    const differs = wanted.findIndex((part, index) => part !== (found[index] || 0));
    if (differs === -1 || (found[differs] || 0) > (wanted[differs] || 0)) {
        return undefined;
    }
    return `Node ${range} is needed, this is Node ${version}. Get a newer one from your system or from nodejs.org.`;
}

/** @param {string} text */
function numbers(text) {
    return (text.match(/\d+/g) || []).map(Number);
}

/** Ends the process with a clear message where Node is too old. Imported first by every command. */
function requireNode() {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    const problem = nodeVersionProblem(process.versions.node, manifest.engines.node);
    if (problem !== undefined) {
        console.error(problem);
        process.exit(1);
    }
}

requireNode();
