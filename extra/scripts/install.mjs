import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runChild } from "./child.mjs";
import { withLock } from "./lock.mjs";
import { nodeModules, root, setupLock } from "./paths.mjs";
import { startProgress } from "./progress.mjs";
import { hashFiles, readStamps, writeStamp } from "./stamp.mjs";

const stampFile = join(nodeModules, ".installed.json");
const loadNativeModules = `new (require("better-sqlite3"))(":memory:"); require("@lydell/node-pty");`;

/** Sees that all packages of the lock file are installed: asks the registry only where they are not. */
export async function ensureInstalled() {
    if (isInstalled()) {
        return;
    }
    await withLock(
        setupLock,
        async () => {
            if (!isInstalled() && !(await adopt())) {
                await install();
            }
        },
        () => console.log("Another process installs or builds here: waiting for it …"),
    );
}

/** What the installed packages depend on: the lock file, and the Node that native modules were compiled for. */
function wantedStamp() {
    const { platform, arch, versions } = process;
    return `${hashFiles(root, ["package-lock.json"])} ${platform} ${arch} ${versions.modules}`;
}

function isInstalled() {
    return readStamps(stampFile)["packages"] === wantedStamp();
}

/** Takes over what the user's own `npm install` has put there, if it is all there and runs. */
async function adopt() {
    if (!hasAllPackages(join(root, "package-lock.json"), join(nodeModules, ".package-lock.json"))) {
        return false;
    }
    if ((await nativeProblem()) !== undefined) {
        return false;
    }
    writeStamp(stampFile, "packages", wantedStamp());
    return true;
}

/**
 * Whether npm's record of what lies in node_modules holds every package of the lock file, but for the optional ones
 * (those of other platforms).
 *
 * @param {string} lockFile
 * @param {string} installedFile
 * @returns {boolean}
 */
export function hasAllPackages(lockFile, installedFile) {
    if (!existsSync(installedFile)) {
        return false;
    }
    const wanted = packagesOf(lockFile);
    const installed = packagesOf(installedFile);
    return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
        const found = installed[path];
        if (path === "" || (found === undefined && (optional || devOptional))) {
            return true;
        }
        return found !== undefined && found.version === version && found.integrity === integrity;
    });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }>}
 */
function packagesOf(file) {
    return JSON.parse(readFileSync(file, "utf8")).packages;
}

async function install() {
    console.log("Installing the packages. Native modules are compiled: on two cores this takes two to four minutes.");
    const end = startProgress("Installing");
    const { code, output } = await npm(["ci", "--include=dev", "--loglevel=error", "--no-progress"]);
    end(code === 0 ? "done" : "failed");
    if (code !== 0) {
        throw new Error(`npm ci failed:\n${firstAndLastLines(output, 20)}`);
    }
    const problem = await nativeProblem();
    if (problem !== undefined) {
        throw new Error(`A native module does not load: ${problem}\n${nativeAdvice}`);
    }
    writeStamp(stampFile, "packages", wantedStamp());
}

const nativeAdvice =
    "Compiling needs python3, make and g++ (Debian: apt-get install python3 make g++), and npm must be allowed to run " +
    "install scripts (npm config get ignore-scripts). Then remove node_modules and start again.";

/** Why a native module cannot be loaded by this Node; asked in a process of its own, because it could crash. */
async function nativeProblem() {
    const { code, output } = await runChild(process.execPath, ["-e", loadNativeModules], { cwd: root });
    return code === 0 ? undefined : firstAndLastLines(output, 8);
}

/** @param {readonly string[]} args */
function npm(args) {
    const program = process.env["npm_execpath"];
    return program !== undefined && /\.c?js$/.test(program)
        ? runChild(process.execPath, [program, ...args], { cwd: root })
        : runChild("npm", args, { cwd: root });
}

/**
 * npm tells the reason first, a compiler tells it last.
 *
 * @param {string} text
 * @param {number} count how many of each
 */
function firstAndLastLines(text, count) {
    const lines = text.trimEnd().split("\n");
    return lines.length <= 2 * count
        ? lines.join("\n")
        : [...lines.slice(0, count), "…", ...lines.slice(-count)].join("\n");
}
