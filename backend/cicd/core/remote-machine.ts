import type { TargetCheck } from "../../../common/schema/deploy-target.ts";
import type { DeployTargetRecord } from "./deploy-target.ts";
import type { Engine } from "./engine.ts";
import type { Files } from "./files.ts";
import type { HttpProbe } from "./http-probe.ts";
import type { ImageTransfer } from "./image-transfer.ts";
import type { RemoteLock } from "./remote-lock.ts";
import type { SshHostKey } from "./ssh.ts";
import type { TargetHost } from "./target-host.ts";

/** Files on a remote machine: all roots lie there, but those that are named local. */
export interface RemoteFiles extends Files {
    /** Copies a file or symlink from this machine, by temporary name, fsync and rename; keeps whether it is executable. */
    upload(localRoot: string, root: string, path: string): Promise<void>;
    /** Copies a file or symlink to this machine; keeps whether it is executable. */
    download(root: string, localRoot: string, path: string): Promise<void>;
}

/**
 * A machine that is reached over SSH, as the ports which the deployment engine takes. It connects at the first call, and
 * again after a break. Calls throw AppError `unavailable` (details `{ errorCode: "remote_unavailable" }`) while it cannot
 * be reached, `unauthorized` (`auth_failed`) where it refuses the key, `conflict` (`host_key_changed`) where it shows
 * another host key than the pinned one, `invalid` (`address_refused`) for an address that must not be reached.
 */
export interface RemoteMachine {
    readonly engine: Engine;
    readonly target: TargetHost;
    readonly files: RemoteFiles;
    /** Asks http addresses as they are seen from there. A lost connection is no answer. */
    readonly probe: HttpProbe;
    readonly lock: RemoteLock;
    readonly images: ImageTransfer;
    /** Ends the connection; commands that run there go on. */
    close(): void;
}

export interface OpenOptions {
    /** Told of the host's key at first sight, before anything else is done there. */
    readonly onHostKey: (hostKey: string) => Promise<void>;
}

/** The machines that are reached over SSH. */
export interface RemoteMachines {
    open(target: DeployTargetRecord, options: OpenOptions): RemoteMachine;
    /** Logs in and looks around. Throws like the calls of a machine for what prevents that. */
    check(target: DeployTargetRecord, options: OpenOptions & { readonly signal: AbortSignal }): Promise<TargetCheck>;
    /** The key that the host shows now, whatever is pinned; nobody is logged in. */
    readHostKey(target: DeployTargetRecord, signal: AbortSignal): Promise<SshHostKey>;
}
