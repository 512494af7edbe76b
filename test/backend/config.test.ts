import { describe, expect, it } from "vitest";
import { readConfig } from "../../backend/config.ts";
import type { ConfigProbe } from "../../backend/config-source.ts";

const probe: ConfigProbe = {
    workingDirectory: "/srv/app",
    isWritable: () => true,
    readFile: (path) => {
        if (path !== "/run/secrets/password") {
            throw Object.assign(new Error("no such file"), { code: "ENOENT" });
        }
        return "from-file-1\n";
    },
    cores: 8,
};

function read(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    return readConfig(argv, environment, probe);
}

describe("defaults", () => {
    it("are Dockge's, and ours by the machine", () => {
        expect(read([])).toEqual({
            port: 5001,
            hostname: undefined,
            dataDirectory: "/srv/app/data",
            stacksDirectory: "/opt/stacks",
            stacksDirectoryNote: undefined,
            tls: undefined,
            enableConsole: false,
            isContainer: false,
            admin: undefined,
            baseUrl: undefined,
            encryptionKey: undefined,
            maxConcurrentDeployments: 4,
            maxConcurrentPipelines: 2,
            stabilitySeconds: 10,
            sshKeepaliveSeconds: 5,
            allowPrivateGitHosts: false,
            allowFileGit: false,
            metricsPublic: false,
            buildCacheGib: undefined,
            dockerEnvironment: {},
        });
    });

    it.each([
        [1, 1],
        [2, 2],
        [64, 4],
    ])("run on %i cores %i deployments at once", (cores, expected) => {
        expect(readConfig([], {}, { ...probe, cores }).maxConcurrentDeployments).toBe(expected);
    });

    it("put stacks beside the server where /opt/stacks cannot be written, and say so", () => {
        const config = readConfig([], {}, { ...probe, isWritable: () => false });
        expect(config.stacksDirectory).toBe("/srv/app/stacks");
        expect(config.stacksDirectoryNote).toContain("/opt/stacks cannot be written");
    });
});

describe("values", () => {
    it.each([
        [["--port", "80"], {}, { port: 80 }],
        [[], { DOCKGE_PORT: "80" }, { port: 80 }],
        [["--port=81"], { DOCKGE_PORT: "80" }, { port: 81 }],
        [[], { DOCKGE_PORT: "" }, { port: 5001 }],
        [["--hostname", "127.0.0.1"], {}, { hostname: "127.0.0.1" }],
        [["--dataDir", "../d"], {}, { dataDirectory: "/srv/d" }],
        [[], { DOCKGE_STACKS_DIR: "/stacks/" }, { stacksDirectory: "/stacks" }],
        [["--enableConsole"], {}, { enableConsole: true }],
        [[], { DOCKGE_ENABLE_CONSOLE: "true" }, { enableConsole: true }],
        [[], { DOCKGE_ENABLE_CONSOLE: "false" }, { enableConsole: false }],
        [[], { DOCKGE_IS_CONTAINER: "1" }, { isContainer: true }],
        [
            ["--sslKey", "k.pem", "--sslCert", "/c.pem"],
            { DOCKGE_SSL_KEY_PASSPHRASE: "p" },
            { tls: { keyFile: "/srv/app/k.pem", certificateFile: "/c.pem", passphrase: "p" } },
        ],
        [["--base-url", "https://d.example/"], {}, { baseUrl: "https://d.example" }],
        [[], { CICD_BASE_URL: "https://d.example:8443/dockge/" }, { baseUrl: "https://d.example:8443/dockge" }],
        [["--max-concurrent-deployments", "2"], {}, { maxConcurrentDeployments: 2 }],
        [[], { CICD_MAX_CONCURRENT_PIPELINES: "3" }, { maxConcurrentPipelines: 3 }],
        [["--stability-seconds", "0"], {}, { stabilitySeconds: 0 }],
        [[], { CICD_SSH_KEEPALIVE_SECONDS: "1" }, { sshKeepaliveSeconds: 1 }],
        [["--allow-file-git"], { CICD_METRICS_PUBLIC: "1" }, { allowFileGit: true, metricsPublic: true }],
        [["--build-cache-gib", "20"], { CICD_BUILD_CACHE_GIB: "10" }, { buildCacheGib: 20 }],
        [
            [],
            { CICD_ADMIN_USERNAME: "a", CICD_ADMIN_PASSWORD_FILE: "/run/secrets/password" },
            { admin: { username: "a", password: "from-file-1" } },
        ],
        [
            ["--admin-username", "a", "--admin-password-file", "/run/secrets/password"],
            {},
            { admin: { username: "a", password: "from-file-1" } },
        ],
        [
            [],
            { DOCKER_HOST: "unix:///d.sock", PATH: "/bin", HOME: "/root", COMPOSE_FILE: "x", SECRET: "y" },
            { dockerEnvironment: { DOCKER_HOST: "unix:///d.sock", PATH: "/bin", HOME: "/root" } },
        ],
    ] as const)("of %j and %j", (argv, environment, expected) => {
        expect(read(argv, environment)).toMatchObject(expected);
    });
});

describe("refusals name the variable and the way out", () => {
    it.each([
        [[], { DOCKGE_PORT: "http" }, 'DOCKGE_PORT: is "http"; use a whole number from 0 to 65535'],
        [[], { DOCKGE_PORT: "65536" }, "DOCKGE_PORT"],
        [[], { DOCKGE_PORT: "-1" }, "DOCKGE_PORT"],
        [[], { CICD_STABILITY_SECONDS: "1.5" }, "CICD_STABILITY_SECONDS"],
        [[], { CICD_SSH_KEEPALIVE_SECONDS: "0" }, "CICD_SSH_KEEPALIVE_SECONDS"],
        [[], { CICD_MAX_CONCURRENT_DEPLOYMENTS: "0" }, "CICD_MAX_CONCURRENT_DEPLOYMENTS"],
        [[], { CICD_MAX_CONCURRENT_PIPELINES: "0" }, "CICD_MAX_CONCURRENT_PIPELINES"],
        [[], { CICD_ALLOW_FILE_GIT: "yes" }, 'CICD_ALLOW_FILE_GIT: is "yes"; use true or false'],
        [[], { CICD_BASE_URL: "dockge.example" }, "CICD_BASE_URL: is not a web address"],
        [[], { CICD_BASE_URL: "ftp://dockge.example" }, "CICD_BASE_URL"],
        [[], { CICD_BASE_URL: "https://me:secret@dockge.example" }, "CICD_BASE_URL"],
        [[], { DOCKGE_SSL_KEY: "/k" }, "DOCKGE_SSL_CERT: is missing"],
        [[], { DOCKGE_SSL_CERT: "/c" }, "DOCKGE_SSL_KEY: is missing"],
        [[], { CICD_ADMIN_USERNAME: "a" }, "CICD_ADMIN_PASSWORD: is missing"],
        [[], { CICD_ADMIN_PASSWORD: "p" }, "CICD_ADMIN_USERNAME: is missing"],
        [
            [],
            { CICD_ADMIN_PASSWORD: "p", CICD_ADMIN_PASSWORD_FILE: "/run/secrets/password" },
            "CICD_ADMIN_PASSWORD: is given together with CICD_ADMIN_PASSWORD_FILE",
        ],
        [
            [],
            { CICD_ENCRYPTION_KEY_FILE: "/nowhere" },
            "CICD_ENCRYPTION_KEY_FILE: names /nowhere, which cannot be read (ENOENT)",
        ],
        [["--nonsense"], {}, "command line: Unknown option '--nonsense'; the known flags are --port"],
        [["--port"], {}, "command line: "],
        [["stray"], {}, "command line: Unexpected argument 'stray'"],
    ] as const)("%j %j", (argv, environment, message) => {
        expect(() => read(argv, environment)).toThrow(message);
    });

    it("never repeats a secret", () => {
        const both = { CICD_ADMIN_PASSWORD: "s3cret", CICD_ADMIN_PASSWORD_FILE: "/run/secrets/password" };
        expect(() => read([], both)).not.toThrow("s3cret");
    });
});
