/** What a login token says: whose it is, and for which password (`h`, a digest of the password's hash). */
export interface LoginClaim {
    readonly username: string;
    readonly h: string;
    /** Which login it belongs to; tokens of Dockge do not say. */
    readonly jti?: string | undefined;
}

/** The tokens that a login gives: Dockge's own form, so that browsers stay logged in across a switch of servers. */
export interface LoginTokens {
    /** `id` tells tokens of one person apart. */
    issue(username: string, passwordHash: string, id: string): string;
    /** The claim of a token that this server issued; undefined for any other text. */
    read(token: string): LoginClaim | undefined;
    /** Whether a claim was made with the password that this is the hash of. */
    isCurrent(claim: LoginClaim, passwordHash: string): boolean;
}
