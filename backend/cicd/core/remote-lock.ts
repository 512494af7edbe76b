/** Who holds a stack on a machine, and until when if nothing more is heard. Times are the machine's own, ISO 8601. */
export interface LockHolder {
    readonly owner: string;
    readonly reason: string;
    readonly since: string;
    readonly until: string;
}

export interface LockRequest {
    readonly stack: string;
    /** This server's name: unique, the same for the whole time. */
    readonly owner: string;
    readonly reason: string;
    readonly leaseSeconds: number;
}

export type LockAnswer =
    { readonly taken: true; readonly lease: LockLease } | { readonly taken: false; readonly holder: LockHolder };

export interface LockLease {
    /** Another lease from now on; false where it was over and somebody else has taken the stack. */
    renew(): Promise<boolean>;
    /** Fine when it is not held any more. */
    release(): Promise<void>;
}

/** Keeps two servers from deploying the same stack to the same machine at once. A lease that is over counts for nothing. */
export interface RemoteLock {
    /** The same owner takes its own lock again, as after a restart. */
    take(request: LockRequest): Promise<LockAnswer>;
}
