import { AppError } from "../../../../common/errors.ts";
import { parseAddress } from "../../core/git-address.ts";
import type { GitCall } from "../../core/git.ts";
import { shown } from "./commit-tree.ts";
import type { GitContext } from "./context.ts";
import { submoduleAddress } from "./submodule-address.ts";
import type { Worktree } from "./worktree-place.ts";

/**
 * Where git-lfs asks for objects; undefined where it finds out by itself (over SSH, and for a folder). Throws AppError
 * `invalid` (`address_refused`) where `.lfsconfig` names another server than the repository's: the token would go there.
 */
export async function lfsEndpoint(context: GitContext, worktree: Worktree, call: GitCall): Promise<string | undefined> {
    const { url } = worktree.remote;
    const configured = await configuredUrl(context, worktree, call);
    if (configured !== undefined) {
        const address = submoduleAddress(url, configured);
        if (!address.ok) {
            throw new AppError(
                "invalid",
                `.lfsconfig: the address ${shown(configured.replace(/\/\/[^/@]*@/, "//***@"))} is refused: ` +
                    `${address.reason}; keep large files on the repository's own server`,
                { details: { errorCode: "address_refused" } },
            );
        }
        return isHttp(url) ? address.url : undefined;
    }
    const plain = url.replace(/\/+$/, "");
    return isHttp(url) ? `${plain}${plain.endsWith(".git") ? "" : ".git"}/info/lfs` : undefined;
}

function isHttp(url: string): boolean {
    return ["http", "https"].includes(parseAddress(url)?.scheme ?? "");
}

async function configuredUrl(
    context: GitContext,
    { mirror, entries }: Worktree,
    call: GitCall,
): Promise<string | undefined> {
    const file = entries.find(({ path, mode }) => path === ".lfsconfig" && mode.startsWith("100"));
    if (file === undefined) {
        return undefined;
    }
    const pattern = "^(lfs\\.url|remote\\..*\\.lfsurl|lfs\\.pushurl)$";
    const args = [
        `--git-dir=${mirror}`,
        "config",
        "--no-includes",
        `--blob=${file.object}`,
        "-z",
        "--get-regexp",
        pattern,
    ];
    const { stdout } = await context.runLocal(args, call);
    const urls = stdout.split("\0").flatMap((row) => /\n(.*)$/s.exec(row)?.[1] ?? []);
    return urls.at(-1);
}
