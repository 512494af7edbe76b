import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { eventually, isAlive } from "./processes.ts";

const LONGEST_WAIT = 5 * 60_000;

/** Does something while no other process holds the same lock; a dead process's lock counts for nothing. */
export async function withLock<T>(file: string, action: () => Promise<T>): Promise<T> {
    await mkdir(dirname(file), { recursive: true });
    if (!(await eventually(() => taken(file), LONGEST_WAIT))) {
        throw new Error(`Another process has held ${file} for five minutes.`);
    }
    try {
        return await action();
    } finally {
        await rm(file, { force: true });
    }
}

async function taken(file: string): Promise<boolean> {
    try {
        await writeFile(file, String(process.pid), { flag: "wx" });
        return true;
    } catch {
        const holder = Number(await readFile(file, "utf8").catch(() => ""));
        if (holder > 0 && !isAlive(holder)) {
            await rm(file, { force: true });
        }
        return false;
    }
}
