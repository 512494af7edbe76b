import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { addressKey, parseAddress } from "../../core/git-address.ts";
import type { GitCall, GitRemote } from "../../core/git.ts";
import { checkAddress, pinHost, type ResolveHost } from "./address-guard.ts";
import { runGit } from "./command.ts";
import { gitEnvironment, type PrivateFiles } from "./environment.ts";
import { makePrivateFiles } from "./private-files.ts";
import type { ProcessResult } from "../../../platform/process/run.ts";

export interface GitOptions {
    /** Where the mirrors lie: `<dataDir>/cicd/repos`. */
    readonly directory: string;
    /** PATH of the git processes. */
    readonly path: string;
    readonly allowPrivateHosts: boolean;
    readonly allowFile: boolean;
    readonly resolveHost: ResolveHost;
}

/** What the parts of the adapter share. */
export interface GitContext {
    mirrorOf(url: string): string;
    /** Runs git for a remote: checks the address, pins its host, gives the credentials. */
    runRemote(remote: GitRemote, args: readonly string[], call: GitCall): Promise<ProcessResult>;
    /** Runs git without any network. */
    runLocal(args: readonly string[], call: GitCall, more?: LocalOptions): Promise<ProcessResult>;
    policyOf(allowPrivateHost: boolean): { readonly allowPrivateHost: boolean; readonly allowFile: boolean };
    /** A path for a file that is needed only during one call. */
    scratchFile(name: string): Promise<string>;
}

export interface LocalOptions {
    readonly directory?: string | undefined;
    readonly input?: string | undefined;
    readonly environment?: Readonly<Record<string, string>> | undefined;
}

export function createContext(options: GitOptions): GitContext {
    let files: Promise<PrivateFiles> | undefined;

    function privateFiles(): Promise<PrivateFiles> {
        files ??= mkdir(options.directory, { recursive: true, mode: 0o700 }).then(() =>
            makePrivateFiles(options.directory),
        );
        return files;
    }

    const policyOf = (allowPrivateHost: boolean) => ({
        allowPrivateHost: allowPrivateHost || options.allowPrivateHosts,
        allowFile: options.allowFile,
    });

    return {
        policyOf,
        mirrorOf: (url) => join(options.directory, `${mirrorName(url)}.git`),
        async runRemote(remote, args, call) {
            const policy = policyOf(remote.allowPrivateHost);
            checkAddress(remote.url, policy);
            refuseUnsupported(remote);
            const pinned = await pinHost(remote.url, policy, options.resolveHost);
            const own = await privateFiles();
            const credentials = remote.authType === "http_token" ? remote.credentials : undefined;
            const environment = gitEnvironment({ ...options, privateFiles: own, credentials, pinned });
            return runGit({ args, directory: own.home, environment }, call);
        },
        async runLocal(args, call, more = {}) {
            const own = await privateFiles();
            const environment = { ...gitEnvironment({ ...options, privateFiles: own }), ...more.environment };
            return runGit({ args, directory: more.directory ?? own.home, environment, input: more.input }, call);
        },
        async scratchFile(name) {
            return join((await privateFiles()).home, "..", name);
        },
    };
}

/**
 * Scheme and port count here, unlike in `addressKey`: another server on the same host must not be able to fill this
 * one's mirror.
 */
function mirrorName(url: string): string {
    const parsed = parseAddress(url);
    const key = `${parsed?.scheme ?? ""} ${parsed?.port ?? ""} ${addressKey(url) ?? url}`;
    return createHash("sha256").update(key).digest("hex").slice(0, 32);
}

function refuseUnsupported(remote: GitRemote): void {
    if (remote.authType === "ssh_key" || parseAddress(remote.url)?.scheme === "ssh") {
        throw new AppError("invalid", "url: SSH is not supported yet; use the https address with a token", {
            details: { errorCode: "not_supported" },
        });
    }
}
