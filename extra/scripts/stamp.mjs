import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * One hash over the names and contents of files, and of all files in folders. What is missing counts as missing, so
 * that its coming and going changes the hash.
 *
 * @param {string} root the folder that the paths are relative to
 * @param {readonly string[]} paths files and folders
 * @returns {string}
 */
export function hashFiles(root, paths) {
    const hash = createHash("sha256");
    for (const file of paths.flatMap((path) => filesOf(root, path)).sort()) {
        hash.update(`${file}\0`)
            .update(readFileSync(join(root, file)))
            .update("\0");
    }
    return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(root, path) {
    const full = join(root, path);
    if (!existsSync(full)) {
        return [];
    }
    if (!statSync(full).isDirectory()) {
        return [path];
    }
    return readdirSync(full).flatMap((name) => filesOf(root, `${path}/${name}`));
}

/**
 * What a stamp file says: the hash of the inputs from which each part was last made.
 *
 * @param {string} file
 * @returns {Record<string, string>}
 */
export function readStamps(file) {
    try {
        return JSON.parse(readFileSync(file, "utf8"));
    } catch {
        return {};
    }
}

/**
 * Notes that a part was made from these inputs.
 *
 * @param {string} file
 * @param {string} part
 * @param {string} hash
 */
export function writeStamp(file, part, hash) {
    const stamps = { ...readStamps(file), [part]: hash };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(stamps, undefined, 4)}\n`);
    renameSync(`${file}.new`, file);
}
