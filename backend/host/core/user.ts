import { AppError } from "../../../common/errors.ts";

/** A row of Dockge's `user` table. */
export interface UserRecord {
    readonly id: number;
    readonly username: string;
    /** bcrypt; undefined where none was ever set. */
    readonly passwordHash?: string | undefined;
    readonly active: boolean;
    readonly timezone?: string | undefined;
    /** Base32, sealed or in clear. */
    readonly twofaSecret?: string | undefined;
    readonly twofaEnabled: boolean;
    /** The one-time code used last, which is not accepted again. */
    readonly twofaLastToken?: string | undefined;
}

/** The fields that may change; what is left out stays, `undefined` empties it. */
export type UserChange = Partial<Omit<UserRecord, "id" | "username">>;

/** People who may log in, in Dockge's own table. */
export interface UserStore {
    count(): Promise<number>;
    find(username: string): Promise<UserRecord | undefined>;
    /** By name; people who are switched off are not found. */
    findActive(username: string): Promise<UserRecord | undefined>;
    /** By name, sorted. */
    list(): Promise<readonly UserRecord[]>;
    /** Throws AppError `conflict` when the name is taken. */
    create(user: { readonly username: string; readonly passwordHash: string }): Promise<UserRecord>;
    /** Throws AppError `not_found`. */
    update(id: number, change: UserChange): Promise<UserRecord>;
    /** Notes a one-time code as used; false when another was noted since `before` was read. */
    useCode(id: number, code: string, before: string | undefined): Promise<boolean>;
    delete(id: number): Promise<void>;
}

/** The name of a new person, without spaces around it. Throws AppError `invalid` when nothing is left. */
export function readUsername(given: string): string {
    const username = given.trim();
    if (username === "") {
        throw new AppError("invalid", "username: is empty; give a name");
    }
    return username;
}
