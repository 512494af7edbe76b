import type { Right } from "../../../common/right.ts";

/** A token for programs. Only its hash is stored. Times in ISO 8601 UTC. */
export interface ApiTokenRecord {
    readonly id: string;
    readonly name: string;
    readonly scopes: readonly Right[];
    /** Whose rights it borrows. */
    readonly username: string;
    readonly createdAt: string;
    readonly expiresAt?: string | undefined;
    /** Noted at most once a minute. */
    readonly lastUsedAt?: string | undefined;
    readonly revokedAt?: string | undefined;
}

export type NewApiToken = Pick<ApiTokenRecord, "name" | "scopes" | "username" | "expiresAt"> & {
    /** SHA-256 of the token, in hex. */
    readonly tokenHash: string;
};

/** API tokens in the database. */
export interface ApiTokenStore {
    create(token: NewApiToken): Promise<ApiTokenRecord>;
    find(id: string): Promise<ApiTokenRecord | undefined>;
    /** The token with this hash, revoked and expired ones too: see `isUsable`. */
    findByHash(tokenHash: string): Promise<ApiTokenRecord | undefined>;
    /** Newest first; of one person, or of all. */
    list(username?: string): Promise<readonly ApiTokenRecord[]>;
    markUsed(id: string): Promise<void>;
    /** False when there is none, or it was revoked before. */
    revoke(id: string): Promise<boolean>;
    delete(id: string): Promise<void>;
}

/** Whether a token opens anything now. */
export function isUsable(token: Pick<ApiTokenRecord, "expiresAt" | "revokedAt">, now: Date): boolean {
    if (token.revokedAt !== undefined) {
        return false;
    }
    return token.expiresAt === undefined || Date.parse(token.expiresAt) > now.getTime();
}
