import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "../common/errors.ts";

/** What reading the configuration asks of the machine. */
export interface ConfigProbe {
    readonly workingDirectory: string;
    /** Whether a directory can be written, or made. */
    isWritable(directory: string): boolean;
    /** The text of a file; throws when it cannot be read. */
    readFile(path: string): string;
    readonly cores: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Option {
    readonly flag: string;
    readonly variable: string;
    readonly secret?: true;
    readonly boolean?: true;
}

/** Option → its flag and its variable. A secret may also come from a file: `--flag-file`, `VARIABLE_FILE`. */
const options = {
    port: { flag: "port", variable: "DOCKGE_PORT" },
    hostname: { flag: "hostname", variable: "DOCKGE_HOSTNAME" },
    dataDirectory: { flag: "dataDir", variable: "DOCKGE_DATA_DIR" },
    stacksDirectory: { flag: "stacksDir", variable: "DOCKGE_STACKS_DIR" },
    tlsKey: { flag: "sslKey", variable: "DOCKGE_SSL_KEY" },
    tlsCertificate: { flag: "sslCert", variable: "DOCKGE_SSL_CERT" },
    tlsPassphrase: { flag: "sslKeyPassphrase", variable: "DOCKGE_SSL_KEY_PASSPHRASE", secret: true },
    enableConsole: { flag: "enableConsole", variable: "DOCKGE_ENABLE_CONSOLE", boolean: true },
    adminUsername: { flag: "admin-username", variable: "CICD_ADMIN_USERNAME" },
    adminPassword: { flag: "admin-password", variable: "CICD_ADMIN_PASSWORD", secret: true },
    baseUrl: { flag: "base-url", variable: "CICD_BASE_URL" },
    encryptionKey: { flag: "encryption-key", variable: "CICD_ENCRYPTION_KEY", secret: true },
    maxConcurrent: { flag: "max-concurrent-deployments", variable: "CICD_MAX_CONCURRENT_DEPLOYMENTS" },
    maxConcurrentPipelines: { flag: "max-concurrent-pipelines", variable: "CICD_MAX_CONCURRENT_PIPELINES" },
    stabilitySeconds: { flag: "stability-seconds", variable: "CICD_STABILITY_SECONDS" },
    sshKeepaliveSeconds: { flag: "ssh-keepalive-seconds", variable: "CICD_SSH_KEEPALIVE_SECONDS" },
    allowPrivateGitHosts: {
        flag: "allow-private-git-hosts",
        variable: "CICD_ALLOW_PRIVATE_GIT_HOSTS",
        boolean: true,
    },
    allowFileGit: { flag: "allow-file-git", variable: "CICD_ALLOW_FILE_GIT", boolean: true },
    metricsPublic: { flag: "metrics-public", variable: "CICD_METRICS_PUBLIC", boolean: true },
    buildCacheGib: { flag: "build-cache-gib", variable: "CICD_BUILD_CACHE_GIB" },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof options;

export interface ConfigSource {
    text(name: OptionName): string | undefined;
    boolean(name: OptionName): boolean;
    integer(name: OptionName, range: { fallback: number; min: number; max: number }): number;
}

/** Reads options by name: the flag wins over the variable, and an empty one counts as not given. */
export function createSource(argv: readonly string[], environment: Environment, probe: ConfigProbe): ConfigSource {
    const flags = parseFlags(argv);

    function text(name: OptionName): string | undefined {
        const { flag, variable, secret }: Option = options[name];
        const direct = flags[flag] || environment[variable];
        const file = secret && (flags[`${flag}-file`] || environment[`${variable}_FILE`]);
        if (!file) {
            return direct || undefined;
        }
        if (direct) {
            throw invalid(variable, `is given together with ${variable}_FILE`, "give one of them");
        }
        return readSecret(`${variable}_FILE`, file, probe);
    }

    return {
        text,
        boolean: (name) => parseBoolean(options[name].variable, text(name)),
        integer: (name, range) => parseInteger(options[name].variable, text(name), range),
    };
}

/** An AppError that names the variable, the reason and the way out. */
export function invalid(variable: string, reason: string, wayOut: string): AppError {
    return new AppError("invalid", `${variable}: ${reason}; ${wayOut}`);
}

function parseFlags(argv: readonly string[]): Environment {
    const known: Record<string, { type: "string" | "boolean" }> = {};
    for (const { flag, boolean, secret } of Object.values<Option>(options)) {
        known[flag] = { type: boolean ? "boolean" : "string" };
        if (secret) {
            known[`${flag}-file`] = { type: "string" };
        }
    }
    try {
        const { values } = parseArgs({ args: [...argv], options: known, allowPositionals: false });
        return Object.fromEntries(Object.entries(values).map(([flag, value]) => [flag, String(value)]));
    } catch (error) {
        const [reason = ""] = error instanceof Error ? error.message.split(". ") : [];
        const flags = Object.keys(known).map((flag) => `--${flag}`);
        throw new AppError("invalid", `command line: ${reason}; the known flags are ${flags.join(" ")}`);
    }
}

function readSecret(variable: string, path: string, probe: ConfigProbe): string {
    try {
        return probe.readFile(resolve(probe.workingDirectory, path)).replace(/\r?\n$/, "");
    } catch (error) {
        const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
        throw invalid(
            variable,
            `names ${path}, which cannot be read (${reason})`,
            "check the path and its permissions",
        );
    }
}

function parseBoolean(variable: string, given = "false"): boolean {
    const value = given.toLowerCase();
    if (!["true", "false", "1", "0"].includes(value)) {
        throw invalid(variable, `is "${given}"`, "use true or false");
    }
    return value === "true" || value === "1";
}

function parseInteger(
    variable: string,
    given: string | undefined,
    range: { fallback: number; min: number; max: number },
): number {
    const text = given ?? String(range.fallback);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < range.min || value > range.max) {
        throw invalid(variable, `is "${text}"`, `use a whole number from ${range.min} to ${range.max}`);
    }
    return value;
}
