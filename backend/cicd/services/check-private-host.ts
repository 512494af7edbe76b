import { AppError } from "../../../common/errors.ts";
import { includesRight } from "../../../common/right.ts";
import { isSameAddress } from "../core/git-address.ts";
import type { RepositoryRecord } from "../core/git-repository.ts";
import type { Caller } from "../core/host.ts";

/** Throws `forbidden` where somebody who is no admin allows a private address that was not allowed before. */
export function checkPrivateHost(
    wanted: { readonly url: string; readonly allowPrivateHost: boolean },
    stored: RepositoryRecord | undefined,
    caller: Caller,
): void {
    const allowedBefore = stored?.allowPrivateHost === true && isSameAddress(stored.url, wanted.url);
    if (wanted.allowPrivateHost && !allowedBefore && !includesRight(caller.rights, "admin")) {
        throw new AppError(
            "forbidden",
            "allowPrivateHost: only an admin may allow a private address; ask one, or leave it out",
        );
    }
}
