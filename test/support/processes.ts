import { readdir, readFile } from "node:fs/promises";

/** The ids of processes that have this text in their environment. */
export async function processesWith(variable: string): Promise<readonly number[]> {
    const found: number[] = [];
    for (const name of await readdir("/proc")) {
        if (!/^\d+$/.test(name)) {
            continue;
        }
        // A process may end between the listing and the reading.
        const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
        if (environment.split("\0").includes(variable)) {
            found.push(Number(name));
        }
    }
    return found;
}
