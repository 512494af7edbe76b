import { chmod, chown, open, rename, rm, stat } from "node:fs/promises";
import { randomId } from "../../../platform/crypto/random-id.ts";

/** Writes a file at once or not at all, and keeps the mode and owner of the one it replaces. */
export async function writeFileWhole(path: string, text: string): Promise<void> {
    const temporary = `${path}.${randomId()}.tmp`;
    try {
        await writeAndSync(temporary, text);
        await copyAttributes(path, temporary);
        await rename(temporary, path);
    } catch (error) {
        await rm(temporary, { force: true });
        throw error;
    }
}

async function writeAndSync(path: string, text: string): Promise<void> {
    const file = await open(path, "wx");
    try {
        await file.writeFile(text);
        await file.sync();
    } finally {
        await file.close();
    }
}

async function copyAttributes(from: string, to: string): Promise<void> {
    const original = await stat(from).catch(() => undefined);
    if (original === undefined) {
        return;
    }
    // Only root may give a file away; for others the file simply becomes theirs.
    await chown(to, original.uid, original.gid).catch(() => undefined);
    await chmod(to, original.mode);
}
