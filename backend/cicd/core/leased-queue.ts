import type { DeploymentErrorCode } from "../../../common/schema/deployment.ts";

/** Rows of a table that servers take in turn, each under a lease. */
export interface LeasedQueue<Row extends { readonly id: string }> {
    /** Takes the next row that waits and gives it this owner's lease; undefined where none does. */
    claim(owner: string, leaseSeconds: number): Promise<Row | undefined>;
    /** Takes over the leases of rows that run but whose owner is gone, oldest first. */
    takeOver(owner: string, leaseSeconds: number): Promise<readonly Row[]>;
    /** Extends the lease; false when it was lost. */
    heartbeat(id: string, owner: string, leaseSeconds: number): Promise<boolean>;
    release(id: string, owner: string): Promise<void>;
    find(id: string): Promise<Row | undefined>;
    /** Whether nothing is left to be done of it. */
    hasEnded(row: Row): boolean;
    /** How a row is to end that was asked to; undefined where it was not. */
    requestedEnd(row: Row): RequestedEnd | undefined;
}

/** A code for programs and one sentence for people. */
export interface RequestedEnd {
    readonly errorCode: DeploymentErrorCode;
    readonly message: string;
}
