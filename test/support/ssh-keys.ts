import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface MadeKey {
    readonly privateKey: string;
    /** `type blob`, without comment. */
    readonly publicKey: string;
}

/** A key pair by ssh-keygen, as a person would bring it; `words` are its further options, such as `-t rsa`. */
export async function makeSshKey(
    words: readonly string[],
    { passphrase = "", path = process.env["PATH"] ?? "" } = {},
): Promise<MadeKey> {
    const folder = await mkdtemp(join(tmpdir(), "cicd-key-"));
    const file = join(folder, "key");
    try {
        await run("ssh-keygen", ["-q", ...words, "-N", passphrase, "-C", "", "-f", file], { env: { PATH: path } });
        const [type, blob] = (await readFile(`${file}.pub`, "utf8")).trim().split(" ");
        return { privateKey: await readFile(file, "utf8"), publicKey: `${type} ${blob}` };
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}
