import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ReleaseFile } from "../../backend/cicd/core/release.ts";
import { sha256 } from "./compose-files.ts";

/** Path → text. `-> target` is a symlink, a text that begins with `#!` is executable. */
export type Tree = Readonly<Record<string, string>>;

/** Writes a tree into a folder. */
export async function plant(folder: string, tree: Tree): Promise<void> {
    await mkdir(folder, { recursive: true });
    for (const [path, text] of Object.entries(tree)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        const target = linkTarget(text);
        if (target !== undefined) {
            await symlink(target, join(folder, path));
            continue;
        }
        await writeFile(join(folder, path), text);
        await chmod(join(folder, path), text.startsWith("#!") ? 0o755 : 0o644);
    }
}

/** The files of a tree, as a release lists them. */
export function releaseFiles(tree: Tree): readonly ReleaseFile[] {
    return Object.entries(tree).map(([path, text]) => ({
        path,
        sha256: sha256(linkTarget(text) ?? text),
        executable: text.startsWith("#!"),
    }));
}

function linkTarget(text: string): string | undefined {
    return /^-> (.*)$/.exec(text)?.[1];
}
