import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { hash } from "bcrypt";
import { ensurePackages, REGISTRY_PACKAGES } from "../../extra/testbed/packages.ts";
import { testbedPaths } from "../../extra/testbed/paths.ts";
import { docker } from "./docker.ts";
import { until } from "./until.ts";

const run = promisify(execFile);

export interface SecureRegistry {
    /** Host and port, as it stands in the names of images. */
    readonly host: string;
    readonly username: string;
    readonly password: string;
    /** Makes the engine trust the registry's own authority. */
    trust(): Promise<void>;
    /** The digest of a tag; undefined where the registry has none. */
    digestOf(repository: string, tag: string): Promise<string | undefined>;
    /** A signal to the registry's process: SIGSTOP makes it hang. */
    signal(name: NodeJS.Signals): void;
    start(): Promise<void>;
    stop(): Promise<void>;
    /** Ends it, and takes everything away that was made for it. */
    remove(): Promise<void>;
}

/**
 * A real registry on the engine's own bridge, whose address the engine trusts no more than any other: with TLS by an
 * authority of its own, and one user.
 */
export async function startSecureRegistry(port: number): Promise<SecureRegistry> {
    const root = await mkdtemp(join(tmpdir(), "cicd-secure-registry-"));
    const address = await docker("network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}");
    const host = `${address}:${port}`;
    const login = { username: "robot", password: `pass-${process.pid}-word` };
    const trusted = join("/etc/docker/certs.d", host);
    await makeCertificate(root, address);
    await writeFile(join(root, "htpasswd"), `${login.username}:${await hash(login.password, 4)}\n`);
    await writeFile(join(root, "config.json"), JSON.stringify(configuration(root, host)));
    const programs = await ensurePackages(testbedPaths(), REGISTRY_PACKAGES, () => undefined);
    let child: ChildProcess | undefined;
    let firstMade: string | undefined;

    async function start(): Promise<void> {
        const program = join(programs, "usr/bin/docker-registry");
        child = spawn(program, ["serve", join(root, "config.json")], { stdio: "ignore" });
        await until(() => accepts(address, port));
    }

    async function stop(): Promise<void> {
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
            return;
        }
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
    }

    await start();
    return {
        host,
        ...login,
        async trust() {
            firstMade = await mkdir(trusted, { recursive: true });
            await writeFile(join(trusted, "ca.crt"), await readFile(join(root, "ca.crt")));
        },
        async digestOf(repository, tag) {
            const tags = join(root, "data/docker/registry/v2/repositories", repository, "_manifests/tags");
            return readFile(join(tags, tag, "current/link"), "utf8").catch(() => undefined);
        },
        signal: (name) => void child?.kill(name),
        start,
        stop,
        async remove() {
            await stop();
            await rm(join(trusted, "ca.crt"), { force: true });
            await removeEmpty(trusted, firstMade);
            await rm(root, { recursive: true, force: true });
        },
    };
}

/** Folders up to the first one that was made here, as far as nobody else uses them. */
async function removeEmpty(directory: string, firstMade: string | undefined): Promise<void> {
    if (firstMade !== undefined && directory.startsWith(firstMade)) {
        await rmdir(directory).catch(() => undefined);
        await removeEmpty(dirname(directory), firstMade);
    }
}

async function makeCertificate(root: string, address: string): Promise<void> {
    const openssl = (...args: readonly string[]) => run("openssl", [...args], { cwd: root });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    await openssl(
        "req",
        "-x509",
        ...key,
        "-keyout",
        "ca.key",
        "-out",
        "ca.crt",
        "-days",
        "2",
        "-subj",
        "/CN=Own authority",
    );
    await openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=registry");
    await writeFile(join(root, "server.ext"), `subjectAltName=IP:${address}\n`);
    const signing = ["-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
    await openssl("x509", ...signing, "-extfile", "server.ext", "-out", "server.crt");
}

/** JSON is YAML. */
function configuration(root: string, host: string): object {
    const tls = { certificate: join(root, "server.crt"), key: join(root, "server.key") };
    return {
        version: "0.1",
        log: { level: "error" },
        storage: { filesystem: { rootdirectory: join(root, "data") } },
        http: { addr: host, secret: "not-secret", tls },
        auth: { htpasswd: { realm: "own", path: join(root, "htpasswd") } },
    };
}

function accepts(address: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, address, () => {
            socket.destroy();
            resolve(true);
        });
        socket.once("error", () => resolve(false));
    });
}
