import type { GitCredentials, GitProvider } from "../../../../common/schema/git-repository.ts";

/** Files and folders that every git process is pointed at, so that it uses nothing of the server's user. */
export interface PrivateFiles {
    /** An empty folder: no `.netrc`, no `.gitconfig`, no keys. */
    readonly home: string;
    readonly askpass: string;
    /** What git starts as ssh. */
    readonly ssh: string;
    /** Starts an ssh-agent that ends with this server. */
    readonly agent: string;
    /** What `ssh-add` asks for the passphrase. */
    readonly passphrase: string;
}

/** Names of the variables that the askpass script prints, and of the one that tells for which server. */
export const askpassVariables = {
    username: "CICD_GIT_USERNAME",
    token: "CICD_GIT_TOKEN",
    scheme: "CICD_GIT_SCHEME",
    server: "CICD_GIT_SERVER",
    /** A file that grows by a byte with each question, and how large it may become; unset where nobody counts. */
    count: "CICD_GIT_QUESTIONS",
    most: "CICD_GIT_MOST_QUESTIONS",
} as const;

/** The variable that the passphrase script prints. */
export const passphraseVariable = "CICD_SSH_PASSPHRASE";
/** The variable that tells the ssh script where this run's configuration lies. */
export const sshDirectoryVariable = "CICD_SSH_DIRECTORY";

/** The user name where only a token is known: what each takes for any kind of its tokens. */
const defaultUsernames: Readonly<Record<GitProvider, string>> = {
    github: "x-access-token",
    gitlab: "oauth2",
    bitbucket: "x-token-auth",
    gitea: "token",
    generic: "token",
};

/** Settings that hold for every git process, whatever a repository brings. Empty switches a setting off. */
const hardening: readonly (readonly [key: string, value: string])[] = [
    ["core.hooksPath", "/dev/null"],
    ["core.fsmonitor", "false"],
    ["core.askPass", ""],
    ["core.attributesFile", "/dev/null"],
    ["core.excludesFile", "/dev/null"],
    ["core.autocrlf", "false"],
    ["core.protectHFS", "true"],
    ["core.protectNTFS", "true"],
    ["credential.helper", ""],
    ["transfer.credentialsInUrl", "die"],
    ["http.followRedirects", "false"],
    ["http.lowSpeedLimit", "1"],
    ["http.lowSpeedTime", "60"],
    ["protocol.allow", "never"],
    ["protocol.https.allow", "always"],
    ["protocol.http.allow", "always"],
    ["submodule.recurse", "false"],
    ["fetch.recurseSubmodules", "false"],
    // Larger files are written as they are read, instead of being held in memory.
    ["core.bigFileThreshold", "32m"],
    // In the foreground, so that nothing of it is running when the call is over.
    ["gc.autoDetach", "false"],
    ["filter.lfs.smudge", ""],
    ["filter.lfs.clean", ""],
    ["filter.lfs.process", ""],
    ["filter.lfs.required", "false"],
];

export interface EnvironmentOptions {
    readonly path: string;
    readonly privateFiles: PrivateFiles;
    readonly allowFile: boolean;
    readonly credentials?: GitCredentials | undefined;
    /** Whose credentials they are: no other server gets them, whatever git or git-lfs is led to. */
    readonly url?: string | undefined;
    /** `host:port:address`: the addresses that were checked, so that the name is not resolved once more. */
    readonly pinned?: string | undefined;
    readonly provider?: GitProvider | undefined;
    /** The folder of this run's ssh configuration; without it no SSH address is reached. */
    readonly sshDirectory?: string | undefined;
}

/** The whole environment of a git process. */
export function gitEnvironment(options: EnvironmentOptions): Readonly<Record<string, string>> {
    return {
        PATH: options.path,
        HOME: options.privateFiles.home,
        XDG_CONFIG_HOME: options.privateFiles.home,
        LC_ALL: "C",
        GIT_TERMINAL_PROMPT: "0",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_SYSTEM: "/dev/null",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_ATTR_NOSYSTEM: "1",
        GIT_CEILING_DIRECTORIES: options.privateFiles.home,
        GIT_ASKPASS: "",
        ...configVariables([...hardening, ...perCall(options)]),
        ...credentialVariables(options),
        ...sshVariables(options),
    };
}

function perCall({ allowFile, pinned, sshDirectory }: EnvironmentOptions): [string, string][] {
    const settings: [string, string][] = [
        ["protocol.file.allow", allowFile ? "always" : "never"],
        ["protocol.ssh.allow", sshDirectory === undefined ? "never" : "always"],
    ];
    if (pinned !== undefined) {
        settings.push(["http.curloptResolve", pinned]);
    }
    return settings;
}

function configVariables(settings: readonly (readonly [string, string])[]): Record<string, string> {
    const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
    settings.forEach(([key, value], index) => {
        variables[`GIT_CONFIG_KEY_${index}`] = key;
        variables[`GIT_CONFIG_VALUE_${index}`] = value;
    });
    return variables;
}

function sshVariables({ sshDirectory, privateFiles }: EnvironmentOptions): Record<string, string> {
    if (sshDirectory === undefined) {
        return {};
    }
    return { GIT_SSH: privateFiles.ssh, GIT_SSH_VARIANT: "ssh", [sshDirectoryVariable]: sshDirectory };
}

function credentialVariables({ credentials, privateFiles, provider, url }: EnvironmentOptions): Record<string, string> {
    const [, scheme, server] = /^([a-z]+):\/\/([^/@]+)\//i.exec(url ?? "") ?? [];
    if (credentials?.token === undefined || scheme === undefined || server === undefined) {
        return {};
    }
    return {
        GIT_ASKPASS: privateFiles.askpass,
        [askpassVariables.username]: username(credentials.username, provider),
        [askpassVariables.token]: credentials.token,
        [askpassVariables.scheme]: scheme,
        [askpassVariables.server]: server,
    };
}

function username(given: string | undefined, provider: GitProvider = "generic"): string {
    return given === undefined || given === "" ? defaultUsernames[provider] : given;
}
