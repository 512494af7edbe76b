import type { GitCredentials } from "../../../../common/schema/git-repository.ts";

/** Files and folders that every git process is pointed at, so that it uses nothing of the server's user. */
export interface PrivateFiles {
    /** An empty folder: no `.netrc`, no `.gitconfig`, no keys. */
    readonly home: string;
    readonly askpass: string;
}

/** Names of the variables that the askpass script prints. */
export const askpassVariables = { username: "CICD_GIT_USERNAME", token: "CICD_GIT_TOKEN" } as const;

/** The user name where only a token is known; GitHub, GitLab and Gitea take any. */
const defaultUsername = "token";

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
    /** `host:port:address`: the addresses that were checked, so that the name is not resolved once more. */
    readonly pinned?: string | undefined;
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
    };
}

function perCall({ allowFile, pinned }: EnvironmentOptions): [string, string][] {
    const settings: [string, string][] = [["protocol.file.allow", allowFile ? "always" : "never"]];
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

function credentialVariables({ credentials, privateFiles }: EnvironmentOptions): Record<string, string> {
    if (credentials?.token === undefined) {
        return {};
    }
    return {
        GIT_ASKPASS: privateFiles.askpass,
        [askpassVariables.username]: credentials.username ?? defaultUsername,
        [askpassVariables.token]: credentials.token,
    };
}
