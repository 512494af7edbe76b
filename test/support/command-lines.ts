import { readdir, readFile } from "node:fs/promises";

export interface CommandLines {
    /** Every command line seen so far, arguments separated by spaces. */
    readonly seen: ReadonlySet<string>;
    stop(): Promise<void>;
}

/** Notes the command lines of all processes, as fast as this machine can look, until it is stopped. */
export function watchCommandLines(): CommandLines {
    const seen = new Set<string>();
    let stopped = false;

    async function look(): Promise<void> {
        const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
        const lines = await Promise.all(names.map((name) => readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "")));
        lines.forEach((line) => seen.add(line.replaceAll("\0", " ").trim()));
    }

    async function watch(): Promise<void> {
        while (!stopped) {
            await look();
        }
    }

    const watching = watch();
    return {
        seen,
        async stop() {
            stopped = true;
            await watching;
        },
    };
}
