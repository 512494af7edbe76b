import { AppError } from "../../../../common/errors.ts";
import type { GitCall, GitRemote } from "../../core/git.ts";
import type { GitContext } from "./context.ts";
import { gitFailure, isRedirect } from "./failures.ts";

/**
 * Why a call to a remote failed. Where the server redirects it is asked once more for the new address, which is shown
 * and never reached for.
 */
export async function remoteFailure(
    context: GitContext,
    remote: GitRemote,
    words: string,
    call: GitCall,
): Promise<AppError> {
    const failure = gitFailure(words, remote.credentials?.token !== undefined);
    const moved = isRedirect(words) ? await askWhereTo(context, remote, call) : undefined;
    if (moved === undefined) {
        return failure;
    }
    return new AppError("invalid", `url: the repository has moved to ${moved}; change url to it`, {
        details: failure.details,
        cause: failure,
    });
}

async function askWhereTo(context: GitContext, remote: GitRemote, call: GitCall): Promise<string | undefined> {
    let location: string | undefined;
    const onLine = (line: string): void => {
        location = /<= Recv header: location:\s*(.*)$/i.exec(line)?.[1] ?? location;
    };
    const environment = { GIT_TRACE_CURL: "1", GIT_TRACE_CURL_NO_DATA: "1" };
    const args = ["ls-remote", "--", remote.url, "HEAD"];
    await context.runRemote(remote, args, { ...call, onLine }, { environment }).catch(() => undefined);
    return location === undefined ? undefined : movedAddress(remote.url, location);
}

/** The address that a redirect of `<url>/info/refs` leads to: without credentials, query and fragment. */
export function movedAddress(url: string, location: string): string | undefined {
    let target: URL;
    try {
        target = new URL(location.trim(), `${url.replace(/\/+$/, "")}/info/refs`);
    } catch {
        return undefined;
    }
    const path = target.pathname.replace(/\/info\/refs$/, "");
    const isAddress = ["http:", "https:"].includes(target.protocol) && /^[\x21-\x7e]{1,1000}$/.test(path);
    const moved = `${target.protocol}//${target.host}${path}`;
    // A login page, or the same address once more: no repository to be named.
    return isAddress && target.pathname.endsWith("/info/refs") && moved !== url ? moved : undefined;
}
