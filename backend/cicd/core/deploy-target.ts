import type { DeployTarget } from "../../../common/schema/deploy-target.ts";
import type { SshKey } from "./ssh.ts";

/** What the database holds of a machine that stacks are deployed to. */
export interface DeployTargetRow {
    readonly id: string;
    readonly name: string;
    readonly host: string;
    readonly port: number;
    readonly username: string;
    /** The key's public half, in OpenSSH's form. */
    readonly publicKey: string;
    /** The host's key that was seen first, as in `known_hosts` without the host: `ssh-ed25519 AAAA…`. */
    readonly hostKey?: string | undefined;
    /** Whether commands run through `sudo -n`. Files are written as the user all the same. */
    readonly sudo: boolean;
    /** Absolute, without a slash at the end. */
    readonly stacksDirectory: string;
    readonly allowPrivateHost: boolean;
    readonly createdAt: string;
    readonly updatedAt: string;
}

export type NewDeployTargetRow = Omit<DeployTargetRow, "id" | "createdAt" | "updatedAt">;

/** A machine that stacks are deployed to over SSH, with the key that opens it: never to leave the server. */
export interface DeployTargetRecord extends DeployTargetRow, SshKey {
    /** `SHA256:…` of the host's key. */
    readonly hostKeyFingerprint?: string | undefined;
}

export type NewDeployTarget = NewDeployTargetRow & SshKey;

interface Store<R, N> {
    find(id: string): Promise<R | undefined>;
    /** By name. */
    list(): Promise<readonly R[]>;
    /** Throws AppError `conflict` for a name that is taken. */
    create(target: N): Promise<R>;
    /** Replaces all fields; undefined where there is none. Throws like `create`. */
    update(id: string, target: N): Promise<R | undefined>;
    pinHostKey(id: string, hostKey: string): Promise<void>;
    /** Deletes a target that no build configuration names; false where one does, or there is no such target. */
    deleteUnused(id: string): Promise<boolean>;
}

export type DeployTargetRows = Store<DeployTargetRow, NewDeployTargetRow>;
export type DeployTargetStore = Store<DeployTargetRecord, NewDeployTarget>;

/** What of a record the outside sees; `stacks` are those that are deployed to it. */
export function viewDeployTarget(record: DeployTargetRecord, stacks: readonly string[]): DeployTarget {
    const { privateKey, passphrase, hostKey, ...visible } = record;
    return { ...visible, stacks: [...stacks] };
}
