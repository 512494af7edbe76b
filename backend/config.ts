import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { parseEnv } from "node:util";
import { createSource, invalid, type ConfigProbe, type Environment, type OptionName } from "./config-source.ts";

/** What the server needs to know before it starts. Paths are absolute. */
export interface Config {
    readonly port: number;
    /** Undefined: all interfaces. */
    readonly hostname: string | undefined;
    readonly dataDirectory: string;
    readonly stacksDirectory: string;
    /** Set where the default `/opt/stacks` cannot be written: a sentence for the log. */
    readonly stacksDirectoryNote: string | undefined;
    readonly tls: TlsConfig | undefined;
    readonly enableConsole: boolean;
    readonly isContainer: boolean;
    readonly admin: { readonly username: string; readonly password: string } | undefined;
    /** Without a trailing slash. */
    readonly baseUrl: string | undefined;
    /** 32 bytes in base64 or hex, as given. */
    readonly encryptionKey: string | undefined;
    readonly maxConcurrentDeployments: number;
    /** Runs of pipelines that deploy nothing. */
    readonly maxConcurrentPipelines: number;
    readonly stabilitySeconds: number;
    /** How often a machine behind SSH is asked whether it lives; after four times without a word it is lost. */
    readonly sshKeepaliveSeconds: number;
    readonly allowPrivateGitHosts: boolean;
    readonly allowFileGit: boolean;
    readonly metricsPublic: boolean;
    /** The bound of the engine's build cache, in GiB; undefined where it is left alone. */
    readonly buildCacheGib: number | undefined;
    /** What the docker command gets of our environment: the engine's address, PATH and HOME. */
    readonly dockerEnvironment: Readonly<Record<string, string>>;
}

export interface TlsConfig {
    readonly keyFile: string;
    readonly certificateFile: string;
    readonly passphrase: string | undefined;
}

const dockerVariables = [
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "PATH",
    "HOME",
];

/** The configuration of this process: its arguments, its environment, and a `.env` in the working directory. */
export function readProcessConfig(argv: readonly string[]): Config {
    const workingDirectory = process.cwd();
    const dotEnv = resolve(workingDirectory, ".env");
    const fromFile = existsSync(dotEnv) ? parseEnv(readFileSync(dotEnv, "utf8")) : {};
    return readConfig(
        argv,
        { ...fromFile, ...process.env },
        {
            workingDirectory,
            isWritable: isWritableDirectory,
            readFile: (path) => readFileSync(path, "utf8"),
            cores: availableParallelism(),
        },
    );
}

/**
 * Arguments and environment as a configuration; a flag wins over its variable, an empty variable counts as unset.
 * Throws AppError `invalid` that names the variable, the reason and the way out, and never a secret's value.
 */
export function readConfig(argv: readonly string[], environment: Environment, probe: ConfigProbe): Config {
    const source = createSource(argv, environment, probe);
    const path = (name: OptionName): string | undefined => {
        const given = source.text(name);
        return given === undefined ? undefined : resolve(probe.workingDirectory, given);
    };
    return {
        port: source.integer("port", { fallback: 5001, min: 0, max: 65_535 }),
        hostname: source.text("hostname"),
        dataDirectory: path("dataDirectory") ?? resolve(probe.workingDirectory, "data"),
        ...stacksDirectory(path("stacksDirectory"), probe),
        tls: tlsConfig(path("tlsKey"), path("tlsCertificate"), source.text("tlsPassphrase")),
        enableConsole: source.boolean("enableConsole"),
        isContainer: environment["DOCKGE_IS_CONTAINER"] === "1",
        admin: adminConfig(source.text("adminUsername"), source.text("adminPassword")),
        baseUrl: baseUrl(source.text("baseUrl")),
        encryptionKey: source.text("encryptionKey"),
        maxConcurrentDeployments: source.integer("maxConcurrent", {
            fallback: Math.min(4, Math.max(1, probe.cores)),
            min: 1,
            max: 64,
        }),
        maxConcurrentPipelines: source.integer("maxConcurrentPipelines", { fallback: 2, min: 1, max: 64 }),
        stabilitySeconds: source.integer("stabilitySeconds", { fallback: 10, min: 0, max: 3600 }),
        sshKeepaliveSeconds: source.integer("sshKeepaliveSeconds", { fallback: 5, min: 1, max: 60 }),
        allowPrivateGitHosts: source.boolean("allowPrivateGitHosts"),
        allowFileGit: source.boolean("allowFileGit"),
        metricsPublic: source.boolean("metricsPublic"),
        buildCacheGib: source.integer("buildCacheGib", { fallback: 0, min: 0, max: 65_536 }) || undefined,
        dockerEnvironment: pick(environment, dockerVariables),
    };
}

function stacksDirectory(given: string | undefined, probe: ConfigProbe) {
    if (given !== undefined) {
        return { stacksDirectory: given, stacksDirectoryNote: undefined };
    }
    if (probe.isWritable("/opt/stacks")) {
        return { stacksDirectory: "/opt/stacks", stacksDirectoryNote: undefined };
    }
    const fallback = resolve(probe.workingDirectory, "stacks");
    const note = `/opt/stacks cannot be written, so stacks lie in ${fallback}; --stacksDir or DOCKGE_STACKS_DIR chooses another place`;
    return { stacksDirectory: fallback, stacksDirectoryNote: note };
}

function tlsConfig(keyFile?: string, certificateFile?: string, passphrase?: string): TlsConfig | undefined {
    if (keyFile === undefined && certificateFile === undefined) {
        return undefined;
    }
    if (keyFile === undefined) {
        throw invalid(
            "DOCKGE_SSL_KEY",
            "is missing, but DOCKGE_SSL_CERT is given",
            "give both, or neither for plain HTTP",
        );
    }
    if (certificateFile === undefined) {
        throw invalid(
            "DOCKGE_SSL_CERT",
            "is missing, but DOCKGE_SSL_KEY is given",
            "give both, or neither for plain HTTP",
        );
    }
    return { keyFile, certificateFile, passphrase };
}

function adminConfig(username?: string, password?: string): Config["admin"] {
    if (username === undefined && password === undefined) {
        return undefined;
    }
    if (username === undefined) {
        throw invalid("CICD_ADMIN_USERNAME", "is missing, but CICD_ADMIN_PASSWORD is given", "give both, or neither");
    }
    if (password === undefined) {
        throw invalid("CICD_ADMIN_PASSWORD", "is missing, but CICD_ADMIN_USERNAME is given", "give both, or neither");
    }
    return { username, password };
}

function baseUrl(given: string | undefined): string | undefined {
    if (given === undefined) {
        return undefined;
    }
    const url = URL.canParse(given) ? new URL(given) : undefined;
    const isPlain =
        url !== undefined && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
    if (!isPlain || !["http:", "https:"].includes(url.protocol)) {
        throw invalid(
            "CICD_BASE_URL",
            "is not a web address",
            "give for example https://dockge.example.org, without user or query",
        );
    }
    return url.href.replace(/\/+$/, "");
}

function pick(environment: Environment, names: readonly string[]): Readonly<Record<string, string>> {
    return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}

function isWritableDirectory(directory: string): boolean {
    const existing = existsSync(directory) ? directory : dirname(directory);
    try {
        accessSync(existing, constants.W_OK | constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

/** The environment as it is, for the command-line program's own variables. */
export function processEnvironment(): Environment {
    return process.env;
}
