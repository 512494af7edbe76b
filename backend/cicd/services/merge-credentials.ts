import { AppError } from "../../../common/errors.ts";
import type { GitAuthType, GitCredentials } from "../../../common/schema/git-repository.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";

interface GivenAccess {
    readonly url: string;
    readonly authType: GitAuthType;
    /** Left out: keep what is stored; `null`: remove it. */
    readonly credentials?: GitCredentials | null | undefined;
}

/**
 * The credentials to use: those given, else the stored ones. Stored ones are kept only for the server that they were
 * given for, so that nobody can have them sent to another. Throws `invalid` where the kind of access lacks what it needs.
 */
export function mergeCredentials(
    given: GivenAccess,
    stored: Pick<RepositoryRecord, "url" | "authType" | "credentials"> | undefined,
): GitCredentials | undefined {
    if (given.authType === "none") {
        return undefined;
    }
    if (given.authType === "ssh_key") {
        throw new AppError("invalid", "authType: ssh_key comes with a later version; use http_token or none for now");
    }
    const credentials = given.credentials === undefined ? keptCredentials(given, stored) : given.credentials;
    if (credentials?.token === undefined) {
        throw new AppError("invalid", "credentials.token: is missing; give a token, or set authType to none");
    }
    if (!/^https?:\/\//i.test(given.url)) {
        throw new AppError("invalid", "authType: http_token needs an https:// address; change url or authType");
    }
    return credentials;
}

function keptCredentials(
    given: GivenAccess,
    stored: Pick<RepositoryRecord, "url" | "authType" | "credentials"> | undefined,
): GitCredentials | undefined {
    const keep = stored?.authType === given.authType && isSameServer(stored.url, given.url);
    return keep ? stored.credentials : undefined;
}

/** Whether two addresses lead to the same server over the same protocol; the step from http to https counts as same. */
function isSameServer(old: string, wanted: string): boolean {
    if (!URL.canParse(old) || !URL.canParse(wanted)) {
        return false;
    }
    const [a, b] = [new URL(old), new URL(wanted)];
    const upgraded = a.protocol === "http:" && b.protocol === "https:" && a.hostname === b.hostname;
    return upgraded || (a.protocol === b.protocol && a.host === b.host);
}
