import { randomBytes } from "node:crypto";
import { constants, copyFile, link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../../common/errors.ts";
import { randomId } from "./random-id.ts";

const keyBytes = 32;

/**
 * The server's key: from the environment where it is set there, else from the key file, which is made (0600) when it
 * is missing. Throws AppError `invalid` for a key that is not 32 bytes in base64 or hex.
 */
export async function loadEncryptionKey(source: {
    readonly fromEnvironment?: string | undefined;
    readonly file: string;
}): Promise<Uint8Array> {
    if (source.fromEnvironment !== undefined && source.fromEnvironment.trim() !== "") {
        return parseKey(source.fromEnvironment, "CICD_ENCRYPTION_KEY");
    }
    const stored = await readKeyFile(source.file);
    if (stored !== undefined) {
        return parseKey(stored, source.file);
    }
    await makeKeyFile(source.file);
    return parseKey((await readKeyFile(source.file)) ?? "", source.file);
}

function parseKey(text: string, place: string): Uint8Array {
    const trimmed = text.trim();
    const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, "hex") : fromBase64(trimmed);
    if (key.length !== keyBytes) {
        throw new AppError(
            "invalid",
            `${place}: not a key of ${keyBytes} bytes in base64 or hex; ` +
                "make one with `openssl rand -base64 32`, or put back the key that was in use",
        );
    }
    return key;
}

function fromBase64(text: string): Buffer {
    return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) ? Buffer.from(text, "base64") : Buffer.alloc(0);
}

async function readKeyFile(file: string): Promise<string | undefined> {
    try {
        return await readFile(file, "utf8");
    } catch (error) {
        if (isCode(error, ["ENOENT"])) {
            return undefined;
        }
        throw error;
    }
}

/** Writes a new key beside the place and links it there, so that a crash or a second server never leaves half a key. */
async function makeKeyFile(file: string): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${randomId()}`;
    const handle = await open(temporary, "wx", 0o600);
    try {
        await handle.writeFile(`${randomBytes(keyBytes).toString("base64")}\n`);
        await handle.sync();
        await handle.close();
        await putInPlace(temporary, file);
    } finally {
        await handle.close().catch(() => undefined);
        await unlink(temporary);
    }
}

/** Never overwrites: a key that is there already is the one that opens the database. */
async function putInPlace(temporary: string, file: string): Promise<void> {
    try {
        await link(temporary, file);
    } catch (error) {
        if (isCode(error, ["EEXIST"])) {
            return;
        }
        if (!isCode(error, ["EPERM", "ENOTSUP", "ENOSYS"])) {
            throw error;
        }
        await copyFile(temporary, file, constants.COPYFILE_EXCL);
    }
}

function isCode(error: unknown, codes: readonly string[]): boolean {
    return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
