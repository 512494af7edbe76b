/** A login that was begun with name and password, here or at the Dockge whose data this server has taken over. */
export interface LoginSessionRecord {
    readonly id: string;
    readonly userId: number;
    readonly createdAt: string;
    /** Noted at most once a minute. */
    readonly lastUsedAt: string;
    /** Where it was used last; empty where that is not known. */
    readonly address: string;
    readonly userAgent: string;
    readonly expiresAt?: string | undefined;
    readonly revokedAt?: string | undefined;
}

/** Who uses a login, as far as the connection tells. */
export interface LoginPlace {
    readonly address: string;
    readonly userAgent: string;
}

export type NewLoginSession = LoginPlace & {
    readonly id: string;
    readonly userId: number;
    /** SHA-256 of the token, in hex. */
    readonly tokenHash: string;
    readonly expiresAt?: string | undefined;
};

/** Logins in the database. */
export interface LoginSessionStore {
    /** One that is there already for this token is answered instead. */
    create(session: NewLoginSession): Promise<LoginSessionRecord>;
    /** The login of a token, ended ones too: see `isOpen`. */
    findByHash(tokenHash: string): Promise<LoginSessionRecord | undefined>;
    /** Of one person, those that have not ended, used last first. */
    listOpen(userId: number): Promise<readonly LoginSessionRecord[]>;
    /** Which of these logins have not ended. */
    stillOpen(ids: Iterable<string>): Promise<ReadonlySet<string>>;
    markUsed(id: string, place: LoginPlace | undefined): Promise<void>;
    /** Ends one of a person's logins; false when there is none that is open. */
    revoke(userId: number, id: string): Promise<boolean>;
    /** Ends all of a person's logins but one. */
    revokeOthers(userId: number, keptId: string | undefined): Promise<void>;
    /** Forgets all of a person's logins: their tokens are void for another reason. */
    forget(userId: number): Promise<void>;
    /** From their beginning, all logins last this long; undefined: for ever. */
    setLifetime(days: number | undefined): Promise<void>;
    /** Forgets what ended long ago, and of each person all but the logins that were used last. */
    clean(): Promise<void>;
}

/**
 * What the ids of logins begin with that Dockge has begun. Their tokens do not say which login they belong to, so that
 * ended ones must be remembered; a token of this server without a login is void.
 */
export const adoptedPrefix = "dockge-";

/** Whether a login opens anything now. */
export function isOpen(session: Pick<LoginSessionRecord, "expiresAt" | "revokedAt">, now: Date): boolean {
    return (
        session.revokedAt === undefined &&
        (session.expiresAt === undefined || Date.parse(session.expiresAt) > now.getTime())
    );
}
