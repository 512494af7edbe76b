import type { Response } from "express";

export interface SentFile {
    /** Absolute. */
    readonly path: string;
    /** What it is saved as. */
    readonly name: string;
    readonly contentType: string;
    /** Thrown where there is no such file. */
    readonly missing: Error;
}

/** Sends a file to be saved, as fast as the client takes it. Throws what the system says where it cannot be read on. */
export async function sendFile(response: Response, { path, name, contentType, missing }: SentFile): Promise<void> {
    const headers = { "Content-Type": contentType, "Cache-Control": "no-store" };
    await new Promise<void>((resolve, reject) => {
        response.download(path, name, { headers, cacheControl: false, dotfiles: "allow" }, (error?: Error) => {
            if (!(error instanceof Error) || hasCode(error, goneCodes)) {
                resolve();
                return;
            }
            reject(hasCode(error, ["ENOENT"]) ? missing : error);
        });
    });
}

/** The client has left in the middle: there is nobody to tell. */
const goneCodes: readonly unknown[] = ["ECONNABORTED", "ECONNRESET", "EPIPE"];

function hasCode(error: Error, codes: readonly unknown[]): boolean {
    return "code" in error && codes.includes(error.code);
}
