import { AppError } from "../../../../common/errors.ts";

/** The name under which a run's configuration knows its one server; an address's own words never reach ssh's argv. */
export const serverAlias = "git-server";
/** A run's files, in its own folder, which is where ssh runs: so no path needs quoting. */
export const sessionFiles = { config: "config", knownHosts: "known_hosts", agent: "agent" } as const;

const connectSeconds = 10;

export interface SshDestination {
    /** As the address names it. */
    readonly host: string;
    readonly port: number;
    readonly user: string;
    /** The checked IP address that is connected to, IPv6 without brackets. */
    readonly address: string;
}

export interface SshConfigOptions extends SshDestination {
    /** `publickey` through the run's agent; `none` only asks the server for its host key. */
    readonly authentication: "publickey" | "none";
    /** Whether a host key is pinned: then no other is accepted. */
    readonly pinned: boolean;
}

/** The whole configuration of one run: nothing of the machine's or of a user's is read beside it. */
export function sshConfig(options: SshConfigOptions): string {
    const { address, port, user, authentication, pinned } = options;
    const settings = {
        HostName: address,
        Port: port,
        User: user,
        HostKeyAlias: hostKeyAlias(options),
        BatchMode: "yes",
        IdentityAgent: authentication === "publickey" ? sessionFiles.agent : "none",
        IdentityFile: "none",
        PreferredAuthentications: authentication,
        PubkeyAuthentication: authentication === "publickey" ? "yes" : "no",
        PasswordAuthentication: "no",
        KbdInteractiveAuthentication: "no",
        HostbasedAuthentication: "no",
        GSSAPIAuthentication: "no",
        StrictHostKeyChecking: pinned ? "yes" : "accept-new",
        UserKnownHostsFile: sessionFiles.knownHosts,
        GlobalKnownHostsFile: "/dev/null",
        HashKnownHosts: "no",
        CheckHostIP: "no",
        VerifyHostKeyDNS: "no",
        UpdateHostKeys: "no",
        CanonicalizeHostname: "no",
        ClearAllForwardings: "yes",
        ForwardAgent: "no",
        ForwardX11: "no",
        Tunnel: "no",
        ProxyCommand: "none",
        PermitLocalCommand: "no",
        ControlMaster: "no",
        ControlPath: "none",
        RequestTTY: "no",
        SendEnv: "GIT_PROTOCOL",
        ConnectTimeout: connectSeconds,
        ServerAliveInterval: 15,
        ServerAliveCountMax: 4,
        LogLevel: "ERROR",
    };
    return `${Object.entries(settings)
        .map(([name, value]) => `${name} ${value}`)
        .join("\n")}\n`;
}

/** The one line of a run's `known_hosts` where a key is pinned. */
export function knownHost(destination: SshDestination, hostKey: string): string {
    return `${hostKeyAlias(destination)} ${hostKey}\n`;
}

/** The key that ssh wrote into an empty `known_hosts`; undefined while it has seen none. */
export function seenHostKey(knownHosts: string): string | undefined {
    const [, type, key] = knownHosts.split("\n")[0]?.split(" ") ?? [];
    return type === undefined || key === undefined ? undefined : `${type} ${key}`;
}

/** Host and port as `known_hosts` has them. Throws `invalid` for what would be more than one word there. */
function hostKeyAlias({ host, port, user }: SshDestination): string {
    if (!/^[A-Za-z0-9._:[\]-]+$/.test(host) || !/^[A-Za-z0-9._-]+$/.test(user)) {
        throw new AppError("invalid", "url: its host or user is not one that ssh takes; give user@host:path", {
            details: { errorCode: "address_refused" },
        });
    }
    const name = host.replace(/^\[|\]$/g, "");
    return port === 22 ? name : `[${name}]:${port}`;
}
