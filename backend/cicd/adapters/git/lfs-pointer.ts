export interface LfsPointer {
    /** The SHA-256 of the file. */
    readonly oid: string;
    readonly sizeBytes: number;
}

const version = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\n/;

/** Reads the few lines that Git LFS keeps in the place of a large file; undefined for anything else. */
export function parsePointer(text: string): LfsPointer | undefined {
    if (!version.test(text)) {
        return undefined;
    }
    const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
    const size = /^size (\d{1,15})$/m.exec(text)?.[1];
    return oid === undefined || size === undefined ? undefined : { oid, sizeBytes: Number(size) };
}
