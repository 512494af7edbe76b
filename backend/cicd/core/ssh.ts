import type { GitCall, GitRemote } from "./git.ts";

/** A private key as somebody has it. */
export interface SshKey {
    readonly privateKey: string;
    readonly passphrase?: string | undefined;
}

export interface SshKeyPair extends SshKey {
    /** In OpenSSH's form, to be given to a git server: `ssh-ed25519 AAAA… comment`. */
    readonly publicKey: string;
}

/** The key by which an SSH server proves who it is. */
export interface SshHostKey {
    /** As in `known_hosts` without the host: `ssh-ed25519 AAAA…`. */
    readonly key: string;
    /** `SHA256:…`. */
    readonly fingerprint: string;
}

/** SSH keys, and the keys of SSH servers. Needs OpenSSH's client on this machine, else throws `unavailable`. */
export interface Ssh {
    /** A new ed25519 pair. */
    makeKey(comment: string): SshKeyPair;
    /**
     * Loads a private key as a fetch would, line ends mended. Throws AppError `invalid` for what is no key, and for a
     * missing or wrong passphrase.
     */
    readKey(key: SshKey, comment: string, signal: AbortSignal): Promise<SshKeyPair>;
    /** The key that a remote's server shows now, whatever is pinned. Throws like `Git.listRemote`. */
    readHostKey(remote: GitRemote, call: GitCall): Promise<SshHostKey>;
}
