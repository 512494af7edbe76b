import { existsSync } from "node:fs";
import { join } from "node:path";
import { pageFile, root, serverFile, serverFolder } from "./paths.mjs";
import { hashFiles, readStamps, writeStamp } from "./stamp.mjs";

/** @typedef {"server" | "page"} Part */

const stampFile = join(serverFolder, ".built.json");
const common = ["common", "package.json", "package-lock.json", "tsconfig.json"];

/** What each part is built from, and the file that shows that it was. */
const parts = {
    server: { inputs: [...common, "backend", "db", "extra/scripts/bundle.mjs"], output: serverFile },
    page: { inputs: [...common, "frontend", "vite.config.ts"], output: pageFile },
};

/** @type {readonly Part[]} */
export const allParts = ["server", "page"];

/**
 * Which of these parts do not stand as their sources would have them.
 *
 * @param {readonly Part[]} wanted
 * @returns {readonly Part[]}
 */
export function staleParts(wanted = allParts) {
    const stamps = readStamps(stampFile);
    return wanted.filter((part) => !existsSync(parts[part].output) || stamps[part] !== inputHash(part));
}

/**
 * @param {Part} part
 * @returns {string}
 */
export function inputHash(part) {
    return hashFiles(root, parts[part].inputs);
}

/**
 * Notes that a part was built from inputs with this hash.
 *
 * @param {Part} part
 * @param {string} hash
 */
export function noteBuilt(part, hash) {
    writeStamp(stampFile, part, hash);
}
