import { AppError } from "../../../common/errors.ts";
import type { GitAuthType, GitCredentials } from "../../../common/schema/git-repository.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import { isSameServer } from "../core/same-server.ts";

interface GivenAccess {
    readonly url: string;
    readonly authType: GitAuthType;
    /** Left out: keep what is stored; `null`: remove it. */
    readonly credentials?: GitCredentials | null | undefined;
}

type StoredAccess = Pick<RepositoryRecord, "url" | "authType" | "credentials">;

/**
 * The credentials to use: those given, else the stored ones. Stored ones are kept only for the server that they were
 * given for, so that nobody can have them sent to another. Undefined for `ssh_key` where no key is known: one is to be
 * made. Throws `invalid` where the kind of access lacks what it needs, or has what cannot be one.
 */
export function mergeCredentials(given: GivenAccess, stored: StoredAccess | undefined): GitCredentials | undefined {
    if (given.authType === "none") {
        return undefined;
    }
    const credentials = given.credentials === undefined ? keptCredentials(given, stored) : given.credentials;
    return given.authType === "ssh_key" ? keyOf(credentials ?? undefined) : withToken(credentials ?? undefined);
}

function withToken(credentials: GitCredentials | undefined): GitCredentials {
    if (credentials?.token === undefined) {
        throw new AppError("invalid", "credentials.token: is missing; give a token, or set authType to none");
    }
    const { username } = credentials;
    const token = plainText("token", credentials.token);
    if (token === "") {
        throw new AppError("invalid", "credentials.token: is empty; give a token, or set authType to none");
    }
    return { ...(username === undefined ? {} : { username: plainText("username", username) }), token };
}

/** What was copied along around it is no part of it; inside of it, it would be more than one line for git. */
function plainText(field: "username" | "token", text: string): string {
    const plain = text.trim();
    if (/\p{Cc}/u.test(plain)) {
        throw new AppError("invalid", `credentials.${field}: contains control characters; copy it again`);
    }
    return plain;
}

function keyOf(credentials: GitCredentials | undefined): GitCredentials | undefined {
    if (credentials === undefined) {
        return undefined;
    }
    const { privateKey, passphrase } = credentials;
    if (privateKey === undefined) {
        throw new AppError(
            "invalid",
            "credentials.privateKey: is missing; paste a private key, or give null as credentials to have one made",
        );
    }
    if (passphrase?.includes("\0")) {
        throw new AppError("invalid", "credentials.passphrase: contains a NUL character; type it again");
    }
    return { privateKey, ...(passphrase === undefined || passphrase === "" ? {} : { passphrase }) };
}

function keptCredentials(given: GivenAccess, stored: StoredAccess | undefined): GitCredentials | undefined {
    const keep = stored?.authType === given.authType && isSameServer(stored.url, given.url);
    return keep ? stored.credentials : undefined;
}
