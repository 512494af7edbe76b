import { chmod, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { askpassVariables, type PrivateFiles } from "./environment.ts";

/** Prints what git asks for from the environment; holds no secret itself. */
const askpassScript = `#!/bin/sh
case "$1" in
Username*) printf '%s\\n' "$${askpassVariables.username}" ;;
*) printf '%s\\n' "$${askpassVariables.token}" ;;
esac
`;

/** Makes git's private files under a directory of mode 0700, and removes what calls left there when they were killed. */
export async function makePrivateFiles(directory: string): Promise<PrivateFiles> {
    const own = join(directory, ".private");
    const files = { home: join(own, "home"), askpass: join(own, "askpass.sh") };
    await mkdir(files.home, { recursive: true, mode: 0o700 });
    await chmod(own, 0o700);
    await removeMatching(own, /^checkout-/);
    await removeMatching(directory, /\.git\.[0-9a-f]{12}$/);
    const draft = `${files.askpass}.${process.pid}`;
    await writeFile(draft, askpassScript, { mode: 0o700 });
    await rename(draft, files.askpass);
    return files;
}

async function removeMatching(directory: string, pattern: RegExp): Promise<void> {
    const left = (await readdir(directory)).filter((name) => pattern.test(name));
    await Promise.all(left.map((name) => rm(join(directory, name), { recursive: true, force: true })));
}
