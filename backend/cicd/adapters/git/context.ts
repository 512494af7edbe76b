import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../common/errors.ts";
import { parseAddress } from "../../core/git-address.ts";
import type { GitCall, GitRemote } from "../../core/git.ts";
import { checkAddress, curlPin, type ResolvedHost, type ResolveHost, resolveRemote } from "./address-guard.ts";
import { runGit } from "./command.ts";
import { type EnvironmentOptions, gitEnvironment, type PrivateFiles } from "./environment.ts";
import { mirrorPath } from "./mirror-path.ts";
import { makePrivateFiles } from "./private-files.ts";
import { chooseDestination } from "./ssh-destination.ts";
import type { SshDestination } from "./ssh-config.ts";
import { runOverSsh } from "./ssh-run.ts";
import type { SessionPorts } from "./ssh-session.ts";
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
    runRemote(
        remote: GitRemote,
        args: readonly string[],
        call: GitCall,
        more?: Pick<LocalOptions, "environment">,
    ): Promise<ProcessResult>;
    /** Runs git without any network. */
    runLocal(args: readonly string[], call: GitCall, more?: LocalOptions): Promise<ProcessResult>;
    /** Throws `invalid` where git must not be pointed at an address. */
    checkAddress(url: string, allowPrivateHost: boolean): void;
    policyOf(allowPrivateHost: boolean): { readonly allowPrivateHost: boolean; readonly allowFile: boolean };
    /** Where an SSH remote's server is: its address checked and resolved. Throws `invalid` for other kinds of remotes. */
    destinationOf(remote: GitRemote, call: GitCall): Promise<SshDestination>;
    sshPorts(): Promise<SessionPorts>;
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

    const resolveChecked = (remote: GitRemote): Promise<ResolvedHost | undefined> => {
        const policy = policyOf(remote.allowPrivateHost);
        checkAddress(remote.url, policy);
        return resolveRemote(remote.url, policy, options.resolveHost);
    };

    async function destinationOf(remote: GitRemote, call: GitCall): Promise<SshDestination> {
        const resolved = isSsh(remote) ? await resolveChecked(remote) : undefined;
        if (resolved === undefined) {
            throw unfit("authType: ssh_key needs an SSH address; give user@host:path, or another authType");
        }
        return chooseDestination(resolved, call.signal);
    }

    const sshPorts = async (): Promise<SessionPorts> => ({ privateFiles: await privateFiles(), path: options.path });

    return {
        policyOf,
        checkAddress: (url, allowPrivateHost) => checkAddress(url, policyOf(allowPrivateHost)),
        destinationOf,
        sshPorts,
        mirrorOf: (url) => mirrorPath(options.directory, url),
        async runRemote(remote, args, call, more = {}) {
            const own = await privateFiles();
            const run = (access: Partial<EnvironmentOptions>, runCall: GitCall): Promise<ProcessResult> => {
                const environment = gitEnvironment({ ...options, privateFiles: own, ...access });
                const command = { args, directory: own.home, environment: { ...environment, ...more.environment } };
                return runGit(command, runCall);
            };
            if (isSsh(remote)) {
                const destination = await destinationOf(remote, call);
                return runOverSsh(await sshPorts(), remote, destination, call, (sshDirectory, runCall) =>
                    run({ sshDirectory }, runCall),
                );
            }
            refuseKey(remote);
            const pinned = curlPin(await resolveChecked(remote));
            const credentials = remote.authType === "http_token" ? remote.credentials : undefined;
            return run({ credentials, url: remote.url, pinned, provider: remote.provider }, call);
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

function isSsh({ url }: GitRemote): boolean {
    return parseAddress(url)?.scheme === "ssh";
}

function refuseKey({ authType, url }: GitRemote): void {
    if (authType === "ssh_key") {
        throw unfit(`authType: ssh_key does not fit ${url}; give an SSH address such as user@host:path`);
    }
}

function unfit(message: string): AppError {
    return new AppError("invalid", message, { details: { errorCode: "address_refused" } });
}
