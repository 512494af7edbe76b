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
    readonly lastUsedAt?: string | undefined;
    readonly revokedAt?: string | undefined;
}

export type NewApiToken = Pick<ApiTokenRecord, "name" | "scopes" | "username" | "expiresAt"> & {
    /** SHA-256 of the token's whole text, in hex. */
    readonly tokenHash: string;
};

/** The part of the host's token store that the plugin needs. */
export interface ApiTokenStore {
    create(token: NewApiToken): Promise<ApiTokenRecord>;
    /** Newest first, revoked ones too. */
    list(): Promise<readonly ApiTokenRecord[]>;
    /** Ends a token at once; false when there is none, or it was revoked before. */
    revoke(id: string): Promise<boolean>;
}
