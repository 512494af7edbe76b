import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const touchEvery = 2_000;
const deadAfter = 30_000;

/**
 * Does something while no other process of the same checkout does. The holder keeps the file fresh; a lock whose
 * process is gone, or that was not touched for half a minute, counts for nothing.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} action
 * @param {() => void} onWait called once when another process holds it
 * @returns {Promise<T>}
 */
export async function withLock(file, action, onWait = () => undefined) {
    let waited = false;
    while (!take(file)) {
        if (!waited) {
            onWait();
        }
        waited = true;
        await sleep(200);
    }
    const timer = setInterval(() => touch(file), touchEvery);
    const release = () => rmSync(file, { force: true });
    process.once("exit", release);
    try {
        return await action();
    } finally {
        clearInterval(timer);
        process.off("exit", release);
        release();
    }
}

/** @param {string} file */
function take(file) {
    try {
        writeFileSync(file, String(process.pid), { flag: "wx" });
        return true;
    } catch (error) {
        if (!isExisting(error)) {
            throw error;
        }
        if (isStale(file)) {
            rmSync(file, { force: true });
        }
        return false;
    }
}

/** @param {unknown} error */
function isExisting(error) {
    return error instanceof Error && "code" in error && error.code === "EEXIST";
}

/** @param {string} file */
function isStale(file) {
    try {
        const holder = Number(readFileSync(file, "utf8"));
        const age = Date.now() - statSync(file).mtimeMs;
        return age > deadAfter || (holder > 0 && !isAlive(holder));
    } catch {
        return false;
    }
}

/** @param {number} pid */
function isAlive(pid) {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return error instanceof Error && "code" in error && error.code === "EPERM";
    }
}

/** @param {string} file */
function touch(file) {
    const now = new Date();
    try {
        utimesSync(file, now, now);
    } catch {
        // Somebody removed it: the next holder makes a new one.
    }
}
