/** What a person logs in with over REST; `address` is where the request came from, for the host's rate limit. */
export interface LoginRequest {
    readonly username: string;
    readonly password: string;
    /** The second factor's code. */
    readonly token?: string | undefined;
    readonly address: string;
    /** The program that asks, as it calls itself. */
    readonly userAgent: string;
}

/** Logs in at the host and answers its login token. Throws AppError `unauthorized` or `rate_limited`. */
export type Login = (request: LoginRequest) => Promise<string>;
