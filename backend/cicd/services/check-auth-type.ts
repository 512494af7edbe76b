import { AppError } from "../../../common/errors.ts";
import type { GitAuthType } from "../../../common/schema/git-repository.ts";
import { parseAddress } from "../core/git-address.ts";
import { httpsAddress, sshAddress } from "../core/other-address.ts";

/** Throws `invalid`, with the address that would do, where an address cannot be opened in the wanted way. */
export function checkAuthType({ url, authType }: { readonly url: string; readonly authType: GitAuthType }): void {
    const isSsh = parseAddress(url)?.scheme === "ssh";
    if (authType === "ssh_key" && !isSsh) {
        throw unfit(`ssh_key needs an SSH address; give ${sshAddress(url)} as url, or change authType`);
    }
    if (authType === "http_token" && !/^https?:\/\//i.test(url)) {
        throw unfit(
            `http_token needs an https:// address; give ${httpsAddress(url)} as url, or set authType to ssh_key`,
        );
    }
    if (authType === "none" && isSsh) {
        throw unfit(`an SSH address needs ssh_key; set authType to that, or give ${httpsAddress(url)} as url`);
    }
}

function unfit(message: string): AppError {
    return new AppError("invalid", `authType: ${message}`);
}
